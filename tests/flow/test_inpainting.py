"""Inpainting over the API against the sandbox: what the mask covers changes, the rest not a bit."""

import io
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image

from comfy_bridge import health, pool
from comfy_bridge.bindings import Binding
from comfy_bridge.handles import close_all
from comfy_bridge.models import Submission, Workflow
from comfy_bridge.seeding import add_version
from studio.integrity import faults
from tests import make, make_masks
from tests.comfy_bridge.sandbox_play import recorded_graph
from tests.fakes.sandbox import start_sandbox
from variants.generating import NETWORKS
from variants.models import ImageVariant
from variants.reproducing import reproduce

MOST = 0.8  # the played sampler happens to draw some pixels as they were


@pytest.fixture
def sandbox(committed):
    with start_sandbox(step_ms=1) as running:
        (server,) = pool.register_urls([running.url])
        health.check(server, NETWORKS)
        yield running
    close_all()


def encoded(kind, size, **options):
    """The portrait at another size and in another format."""
    with Image.open(make.PORTRAIT) as portrait:
        resized = portrait.convert("RGB").resize(size)
    buffer = io.BytesIO()
    resized.save(buffer, kind, **options)
    return buffer.getvalue()


def ready(creator, character, data):
    return make.ready(creator, character, data).current_source


def inpainted(client, image, **body):
    """Ask by the API, run the jobs, and what the API says of the results."""
    kind, character = ("v" if isinstance(image, ImageVariant) else "s"), image.character_id
    url = f"/api/v1/characters/{character}/images/{kind}-{image.pk}/inpaint"
    asked = client.post(url, {"prompt": "a red scarf", **body})
    assert asked.status_code == 202, asked.json()
    make.run_jobs("comfy")
    rows = ImageVariant.objects.filter(pk__in=asked.json()["variant_ids"]).order_by("pk")
    assert {row.state.label for row in rows} == {"generated"}, [row.error for row in rows]
    return asked.json(), list(rows)


def file_of(client, row):
    return client.get(f"/api/v1/variants/{row.pk}/file").getvalue()


def judged(before, after, mask):
    """Bit for bit the same where the mask is black, changed nearly everywhere that it is white."""
    np.testing.assert_array_equal(after[mask == 0], before[mask == 0])
    changed = (after[mask == 255] != before[mask == 255]).any(axis=-1)
    assert changed.mean() > MOST


@pytest.mark.parametrize("workflow", ["inpaint_modelfree", "sd_inpaint"])
@pytest.mark.parametrize(
    ("kind", "size", "options"),
    [
        ("PNG", (512, 512), {}),
        ("JPEG", (333, 501), {"quality": 85}),
        ("WEBP", (250, 201), {"quality": 80}),
        ("JPEG", (2100, 1573), {"quality": 85}),
    ],
    ids=lambda value: "x".join(map(str, value)) if isinstance(value, tuple) else str(value),
)
def test_only_what_the_mask_covers_changes(
    sandbox, api, creator, character, workflow, kind, size, options
):
    data = encoded(kind, size, **options)
    source = ready(creator, character, data)
    width, height = size
    mask = make_masks.grey(size, (width // 3, height // 4, width // 2, height // 2))
    client = api(creator)
    _, (row,) = inpainted(
        client, source,
        mask=make_masks.base64_of(make_masks.png(mask)),
        workflow_id=make.workflow(workflow).pk,
        seed=11,
    )  # fmt: skip
    assert (row.width, row.height, row.format) == (*size, "png")
    judged(make_masks.pixels(data), make_masks.pixels(file_of(client, row)), np.asarray(mask))
    source.refresh_from_db()
    assert client.get(f"/api/v1/source-images/{source.pk}/renditions/original").getvalue() == data


def test_seed_ones_rgba_picture_and_a_grey_mask_say_the_same(sandbox, api, creator, character):
    source = ready(creator, character, make.portrait())
    client = api(creator)
    rgba = make_masks.in_alpha(make.portrait(), make_masks.grey())
    _, (one,) = inpainted(
        client, source, masked_image_base64_png=make_masks.base64_of(rgba), seed=5
    )
    data_url = f"data:image/png;base64,{make_masks.base64_of(make_masks.png())}"
    _, (other,) = inpainted(client, source, mask=data_url, seed=5)
    assert one.mask == other.mask
    assert one.sha256 == other.sha256
    judged(
        make_masks.pixels(make.portrait()),
        make_masks.pixels(file_of(client, one)),
        np.asarray(make_masks.grey()),
    )


@pytest.mark.parametrize(
    "recorded", ["wf_inpaint_modelfree", "wf_inpaint_separate_mask", "wf_sd15_inpaint_conditioning"]
)
def test_a_graph_gets_its_mask_where_it_looks_for_it(sandbox, api, creator, character, recorded):
    """One LoadImage for both (mask = 1 - alpha), or a second one read as a picture."""
    graph = recorded_graph(recorded)
    loaders = [key for key, node in graph.items() if node["class_type"] == "LoadImage"]
    saver = next(key for key, node in graph.items() if node["class_type"] == "SaveImage")
    bindings = [
        Binding("source_image", loaders[0], "image", "image"),
        Binding("output_prefix", saver, "filename_prefix", "prefix"),
    ]
    if len(loaders) > 1:
        bindings.append(Binding("mask", loaders[1], "image", "mask"))
    for key, node in graph.items():
        if node["class_type"] == "CheckpointLoaderSimple":
            bindings.append(Binding("checkpoint", key, "ckpt_name", "model"))
            node["inputs"]["ckpt_name"] = ""
    flow = Workflow.objects.create(name=recorded, title=recorded, kind="inpaint")
    add_version(flow, graph, tuple(bindings))
    data = encoded("PNG", (333, 251))
    source = ready(creator, character, data)
    mask = make_masks.grey((333, 251), (100, 60, 200, 160))
    client = api(creator)
    _, (row,) = inpainted(
        client, source, mask=make_masks.base64_of(make_masks.png(mask)), workflow_id=flow.pk
    )
    judged(make_masks.pixels(data), make_masks.pixels(file_of(client, row)), np.asarray(mask))


def test_an_edit_of_an_edit_over_multipart_with_its_lineage_and_its_prompt_id(
    sandbox, api, creator, character
):
    source = ready(creator, character, make.portrait())
    client = api(creator)
    told, (first,) = inpainted(client, source, mask=make_masks.base64_of(make_masks.png()))
    assert told["status"] == "queued"
    assert told["job_id"] == told["job_ids"][0] == first.job_id
    assert Submission.objects.get(prompt_id=told["prompt_id"]) == first.submission
    url = f"/api/v1/characters/{character.pk}/images/v-{first.pk}/inpaint"
    below = make_masks.grey(box=(100, 300, 400, 480))
    file = io.BytesIO(make_masks.png(below))
    file.name = "mask.png"
    body = {"prompt": "a blue coat", "count": "2", "mask": file}
    headers = {"Idempotency-Key": "once"}
    asked = client.post(url, body, format="multipart", headers=headers)
    assert asked.status_code == 202, asked.json()
    file.seek(0)
    assert client.post(url, body, format="multipart", headers=headers).json() == asked.json()
    make.run_jobs("comfy")
    rows = ImageVariant.objects.filter(pk__in=asked.json()["variant_ids"]).order_by("pk")
    assert [(row.parent_variant, row.root, row.version) for row in rows] == [
        (first, first, 2),
        (first, first, 3),
    ]
    before = make_masks.pixels(file_of(client, first))
    for row in rows:
        judged(before, make_masks.pixels(file_of(client, row)), np.asarray(below))
        facts = row.generation_params["edit"]
        assert (facts["image"], facts["image_sha256"]) == (f"v-{first.pk}", first.sha256)
    stored = client.get(f"/api/v1/characters/{character.pk}/images/v-{first.pk}/masks").json()
    (mask,) = stored["results"]
    assert mask["coverage"] == pytest.approx(300 * 180 / 512**2, abs=1e-5)
    shown = client.get(mask["renditions"]["display"]).getvalue()
    np.testing.assert_array_equal(make_masks.pixels(shown, "L"), np.asarray(below))
    make.run_jobs()
    assert [fault.sentence for fault in faults(grace=timedelta(0), read_files=True)] == []


def test_the_recipe_of_an_edit_runs_again_to_the_same_pixels(sandbox, api, creator, character):
    source = ready(creator, character, make.portrait())
    mask = make_masks.base64_of(make_masks.png())
    _, (first,) = inpainted(api(creator), source, mask=mask)
    second = reproduce(creator, first)
    make.run_jobs()
    second.refresh_from_db()
    assert (second.state.label, second.error) == ("generated", "")
    assert (second.mask, second.sha256) == (first.mask, first.sha256)
