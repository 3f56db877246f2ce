"""Workflows in the admin: looked at before they are saved, edited row by row, validated."""

import json
from io import BytesIO

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from comfy_bridge import health, pool
from comfy_bridge.addresses import LOOPBACK
from comfy_bridge.handles import close_all
from comfy_bridge.models import Workflow, WorkflowVersion
from tests.comfy_bridge.test_converting import export
from tests.comfy_bridge.test_detecting import recorded
from tests.fakes.sandbox import start_sandbox
from tests.studio.test_pages_run_nothing_inline import read

ADD = "admin:comfy_bridge_workflow_add"


def rows_in(answer):
    """The fields of the rows on a page, as a browser would send them back."""
    formset = answer.context["rows"]
    fields = {field.html_name: field.value() for field in formset.management_form}
    for form in formset.forms:
        fields |= {field.html_name: field.value() for field in form if field.value() is not None}
    return {name: "" if value is False else value for name, value in fields.items()}


@pytest.fixture
def saved(admin, page):
    """A workflow that was uploaded through the page."""
    form = {"name": "mine", "text": json.dumps(recorded("sd15_img2img"))}
    assert page(admin).post(reverse(ADD), form).status_code == 302
    return Workflow.objects.get(name="mine")


def test_a_pasted_graph_is_saved_with_what_is_found(admin, page):
    text = json.dumps(recorded("sd15_img2img"))
    answer = page(admin).post(reverse(ADD), {"name": "mine", "text": text})
    version = WorkflowVersion.objects.get(workflow__name="mine")
    assert answer.url == reverse("admin:comfy_bridge_workflowversion_change", args=[version.pk])
    assert version.graph == recorded("sd15_img2img")
    assert {b.name for b in version.declared_bindings} >= {"source_image", "seed", "prompt"}
    assert AuditEvent.objects.filter(verb="workflow.create", channel="admin").count() == 1


def test_a_file_is_looked_at_edited_and_saved(admin, page):
    browser = page(admin)
    file = BytesIO(json.dumps(recorded("sd15_img2img")).encode())
    file.name = "w.json"
    looked = browser.post(reverse(ADD), {"name": "mine", "file": file, "look": "1"})
    assert looked.status_code == 200
    assert not Workflow.objects.filter(name="mine").exists()
    fields = rows_in(looked)
    steps = next(k for k, v in fields.items() if k.endswith("-name") and v == "steps")
    fields[steps.replace("-name", "-max")] = "40"
    cfg = next(k for k, v in fields.items() if k.endswith("-name") and v == "cfg")
    fields[cfg.replace("-name", "-DELETE")] = "on"
    html = looked.content.decode()
    assert "a green hill" in html
    form = {"name": "mine", "text": looked.context["text"], **fields}
    assert browser.post(reverse(ADD), form).status_code == 302
    bound = {
        b.name: b for b in WorkflowVersion.objects.get(workflow__name="mine").declared_bindings
    }
    assert bound["steps"].max == 40
    assert "cfg" not in bound
    assert bound["seed"].max == 2**64 - 1


def test_an_edit_is_a_version_more(admin, page, saved):
    url = reverse("admin:workflow_revise", args=[saved.pk])
    browser = page(admin)
    opened = browser.get(url)
    fields = rows_in(opened)
    name = next(k for k, v in fields.items() if k.endswith("-name") and v == "denoise")
    fields[name] = "strength"
    assert browser.post(url, fields).status_code == 302
    assert [row.version for row in saved.versions.all()] == [2, 1]
    assert "strength" in {b.name for b in saved.latest().declared_bindings}
    assert saved.latest().graph == recorded("sd15_img2img")


def test_faults_are_named_and_nothing_is_saved(admin, page, saved):
    url = reverse("admin:workflow_revise", args=[saved.pk])
    browser = page(admin)
    fields = rows_in(browser.get(url))
    name = next(k for k, v in fields.items() if k.endswith("-name") and v == "source_image")
    fields[name.replace("-name", "-DELETE")] = "on"
    answer = browser.post(url, fields)
    assert answer.status_code == 400
    assert "its image has to be bound" in answer.content.decode()
    fields[name.replace("-name", "-min")] = "many"
    assert browser.post(url, fields).status_code == 400
    assert saved.versions.count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Send the workflow"),
        ("nonsense", "is not JSON"),
        ('{"1": {"class_type": "Evil", "inputs": {}}}', "not on the allow-list"),
        (json.dumps(export("txt2img_0.4")), "nobody to ask"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=["nothing", "no json", "class", "page export", "deep"],
)
def test_what_cannot_be_saved_is_refused_with_the_reason(admin, page, text, words):
    answer = page(admin).post(reverse(ADD), {"name": "mine", "text": text})
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()
    assert not Workflow.objects.filter(name="mine").exists()


def test_a_built_in_one_keeps_to_its_recipe(admin, page):
    row = Workflow.objects.get(name="sd_img2img")
    url = reverse("admin:workflow_revise", args=[row.pk])
    text = json.dumps(recorded("sd15_img2img"))
    answer = page(admin).post(url, {"text": text})
    assert answer.status_code == 409
    assert "is built in" in answer.content.decode()


def test_title_and_archive_are_edited_and_recorded(admin, page, saved):
    url = reverse("admin:comfy_bridge_workflow_change", args=[saved.pk])
    form = {"title": "Better", "description": "", "is_archived": "on"}
    form |= {f"versions-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert page(admin).post(url, form).status_code == 302
    saved.refresh_from_db()
    assert (saved.title, saved.is_archived) == ("Better", True)
    assert AuditEvent.objects.get(verb="workflow.edit").after == {
        "title": "Better",
        "is_archived": True,
    }
    assert page(admin).post(f"{url}delete/".replace("change/delete", "delete")).status_code == 403


def test_a_version_is_held_against_a_server(admin, page, saved):
    url = reverse("admin:workflow_version_validate", args=[saved.latest().pk])
    browser = page(admin)
    assert browser.get(url).status_code == 200
    assert "nobody to ask" in browser.post(url).content.decode()
    with start_sandbox(checkpoints=["other.safetensors"]) as running:
        (server,) = pool.register_urls([running.url])
        health.check(server, LOOPBACK)
        html = browser.post(url, {"server": server.pk}).content.decode()
        close_all()
    assert "no model file &#x27;random_sd15_small.safetensors&#x27;" in html
    assert "It has other.safetensors." in html


def test_the_pages_run_nothing_inline(admin, page, saved):
    browser = page(admin)
    for url in (
        reverse(ADD),
        reverse("admin:workflow_revise", args=[saved.pk]),
        reverse("admin:workflow_version_validate", args=[saved.latest().pk]),
        reverse("admin:variants_workflowtrial_add"),
    ):
        answer = browser.get(url)
        assert answer.status_code == 200
        assert [one for one in read(answer.content.decode()).wrong if one[0] != "script"] == []
