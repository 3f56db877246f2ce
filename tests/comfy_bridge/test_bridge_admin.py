"""Servers and workflows in the admin: checked, paused, shown; evidence is read-only."""

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from comfy_bridge.handles import close_all
from comfy_bridge.models import ComfyServer, ServerStatus, Workflow
from comfy_bridge.submissions import open_submission
from tests.fakes.sandbox import start_sandbox

LIST = "admin:comfy_bridge_comfyserver_changelist"


@pytest.fixture
def server(db) -> ComfyServer:  # type: ignore[no-untyped-def]
    return ComfyServer.objects.create(name="one", url="http://127.0.0.1:9", last_error="<b>x</b>")


def test_check_now_asks_the_server(admin, page) -> None:  # type: ignore[no-untyped-def]
    with start_sandbox() as process:
        server = ComfyServer.objects.create(name="box", url=process.url)
        answer = page(admin).post(
            reverse(LIST), {"action": "check_now", "_selected_action": [server.pk]}, follow=True
        )
        close_all()
    server.refresh_from_db()
    assert server.status_id == ServerStatus.ONLINE
    [said] = [str(message) for message in answer.context["messages"]]
    assert said.startswith("box: online, version")


def test_pause_and_resume_are_recorded(admin, page, server) -> None:  # type: ignore[no-untyped-def]
    for action, paused in (("pause", True), ("resume", False)):
        page(admin).post(reverse(LIST), {"action": action, "_selected_action": [server.pk]})
        server.refresh_from_db()
        assert server.paused is paused
    verbs = AuditEvent.objects.filter(verb__startswith="comfy_server.").values_list(
        "verb", flat=True
    )
    assert set(verbs) == {"comfy_server.pause", "comfy_server.resume"}


def test_a_server_is_added_and_recorded(admin, page) -> None:  # type: ignore[no-untyped-def]
    url = reverse("admin:comfy_bridge_comfyserver_add")
    fields = {"name": "new", "url": "http://127.0.0.1:8188/", "slots": 2}
    assert page(admin).post(url, fields).status_code == 302
    assert ComfyServer.objects.get().url == "http://127.0.0.1:8188"
    assert AuditEvent.objects.filter(verb="comfy_server.create").count() == 1


@pytest.mark.parametrize("bad", ["http://192.0.2.1:80", "ftp://127.0.0.1", "nonsense", ""])
def test_an_address_outside_is_refused(admin, page, bad: str) -> None:  # type: ignore[no-untyped-def]
    url = reverse("admin:comfy_bridge_comfyserver_add")
    answer = page(admin).post(url, {"name": "new", "url": bad, "slots": 1})
    assert answer.status_code == 200
    assert ComfyServer.objects.count() == 0


def test_a_servers_words_are_escaped(admin, page, server) -> None:  # type: ignore[no-untyped-def]
    html = page(admin).get(reverse(LIST)).content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>x</b>" not in html


def test_evidence_is_shown_and_cannot_be_changed(admin, page, server) -> None:  # type: ignore[no-untyped-def]
    version = Workflow.objects.get(name="sd_img2img").latest()
    submission = open_submission(server, version.graph)
    for row in (version, submission):
        name = f"admin:comfy_bridge_{row._meta.model_name}"
        browser = page(admin)
        assert browser.get(reverse(f"{name}_changelist")).status_code == 200
        assert browser.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert browser.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
        assert browser.get(reverse(f"{name}_add")).status_code == 403
        assert browser.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403


def test_only_admins_enter(creator, page, server) -> None:  # type: ignore[no-untyped-def]
    assert page(creator).get(reverse(LIST)).status_code == 302
