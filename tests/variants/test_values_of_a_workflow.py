"""The generate form has a field for each value that the chosen workflow takes."""

import pytest

from comfy_bridge import uploading
from comfy_bridge.bindings import Binding
from comfy_bridge.detecting import detect
from comfy_bridge.models import ComfyServer, ServerStatus
from tests import make
from tests.comfy_bridge.test_detecting import recorded
from variants.models import GenerationRequest


@pytest.fixture
def workflow(admin):
    """An uploaded workflow with a value, a choice and a model of its own."""
    graph = recorded("sd15_img2img")
    found = [b for b in detect(graph).bindings if b.input not in ("scheduler", "sampler_name")]
    more = [Binding("schedule", "7", "scheduler", "choice", choices=("normal", "karras"))]
    version = uploading.create(
        admin, name="mine", title="Mine", kind="img2img", graph=graph, bindings=[*found, *more]
    )
    return version.workflow


@pytest.fixture
def server(db):
    nodes = sorted({node["class_type"] for node in recorded("sd15_img2img").values()})
    models = {"CheckpointLoaderSimple.ckpt_name": ["random_sd15_small.safetensors"]}
    return ComfyServer.objects.create(
        name="one",
        url="http://127.0.0.1:9",
        status_id=ServerStatus.ONLINE,
        capabilities={"nodes": nodes, "models": models},
    )


@pytest.fixture
def url(creator, character):
    make.ready(creator, character)
    return f"/characters/{character.pk}/generate/"


def ask(workflow, **fields):
    return {"variant_type": "clothed", "workflow": workflow.pk, "count": 1, **fields}


def test_choosing_a_workflow_shows_what_it_takes(page, creator, url, workflow):
    browser = page(creator)
    html = browser.post(url, ask(workflow, look="1", prompt="kept")).content.decode()
    for name in ("steps", "cfg", "width", "height", "schedule"):
        assert f'name="value_{name}"' in html
    assert "Empty: 128" in html
    assert "kept</textarea>" in html
    for name in ("prompt", "denoise", "seed", "source_image", "output_prefix", "checkpoint"):
        assert f'name="value_{name}"' not in html
    assert GenerationRequest.objects.count() == 0


def test_a_page_with_scripts_gets_the_fields_alone(page, creator, url, workflow):
    htmx = {"HX-Request": "true"}
    html = page(creator).post(url, ask(workflow, look="1"), headers=htmx).content.decode()
    assert html.startswith('<details class="panel reveal" id="value-fields" open>')
    assert 'name="value_steps"' in html


def test_the_values_are_asked_for(page, creator, url, workflow):
    given = {"value_steps": "9", "value_schedule": "karras", "value_width": ""}
    assert page(creator).post(url, ask(workflow, **given)).status_code == 302
    assert GenerationRequest.objects.get().params == {"steps": 9, "schedule": "karras"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("steps", "9999", "less than or equal to 150"),
        ("steps", "many", "Enter a whole number"),
        ("schedule", "magic", "not one of the available choices"),
    ],
)
def test_a_value_that_does_not_fit_is_told_at_its_field(
    page, creator, url, workflow, name, value, words
):
    answer = page(creator).post(url, ask(workflow, **{f"value_{name}": value}))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert GenerationRequest.objects.count() == 0


def test_what_a_server_could_run_now_comes_first(page, creator, url, workflow, server):
    html = page(creator).get(url).content.decode()
    ready, _, others = html.partition("No server that answers has what it needs")
    assert ">Mine</option>" in ready
    assert ">Flux image to image</option>" in others
    assert 'label="Ready"' in ready


def test_an_uploaded_value_can_be_given_over_the_api(api, creator, character, url, workflow):
    body = {"variant_type": "clothed", "workflow_id": workflow.pk, "count": 1}
    base = f"/api/v1/characters/{character.pk}/variants/generate"
    asked = api(creator).post(base, {**body, "values": {"schedule": "karras", "steps": 7}})
    assert asked.status_code == 202, asked.json()
    assert GenerationRequest.objects.get().params == {"schedule": "karras", "steps": 7}
    for values in ({"schedule": "magic"}, {"schedule": [1]}, {"output_prefix": "x"}, {"nope": 1}):
        refused = api(creator).post(base, {**body, "values": values})
        assert refused.status_code == 400
        assert refused.json()["field"] in values
