"""A server's page in the admin: how it stands now, whose prompts it has, and what can be done."""

import json
import uuid

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from comfy_bridge import health, pool
from comfy_bridge.errors import ProgressStalled
from comfy_bridge.handles import close_all
from comfy_bridge.models import ComfyServer
from comfy_bridge.submissions import open_submission
from tests import make
from tests.fakes.comfy_server import Answer, FakeServer
from variants import ordering
from variants.generating import NETWORKS
from variants.models import ImageVariant


class Machine(FakeServer):
    """A ComfyUI and an agent; `running` and `pending` are its queue."""

    def __init__(self):
        self.running, self.pending, self.cancelled = [], [], []
        super().__init__()

    def answer(self, request):
        if request.method == "POST":
            return self._post(request)
        if request.path == "/system_stats":
            device = {
                "name": "<b>cuda</b>",
                "type": "cuda",
                "vram_total": 2**34,
                "vram_free": 2**33,
            }
            return Answer.of({"system": {"comfyui_version": "0.9"}, "devices": [device]})
        if request.path == "/queue":
            items = {
                name: [[1, one, {}, {}, []] for one in getattr(self, name)]
                for name in ("running", "pending")
            }
            return Answer.of({f"queue_{name}": found for name, found in items.items()})
        if request.path == "/gpus":
            return Answer.of({"gpus": [{"name": "A100", "temperature_c": 61}]})
        return Answer.of({})

    def _post(self, request):
        if request.path.endswith("/cancel"):
            cancelled = request.path.split("/")[-2]
            self.cancelled.append(cancelled)
            self.running = [one for one in self.running if one != cancelled]
        return Answer.of({"cancelled": True})


@pytest.fixture
def machine():
    with Machine() as fake:
        yield fake
    close_all()


@pytest.fixture
def server(db, machine):
    (registered,) = pool.register_urls([machine.url])
    ComfyServer.objects.update(name="gpu-1", agent_url=f"{machine.url}/gpus")
    registered.refresh_from_db()
    return registered


@pytest.fixture
def submission(server, creator, character):
    make.ready(creator, character)
    ordering.order(creator, character, make.wish(1))
    made = open_submission(server, {})
    ImageVariant.objects.update(submission=made)
    return made


def at(name, server, *more):
    return reverse(f"admin:comfy_server_{name}", args=[server.pk, *more])


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def verbs():
    events = AuditEvent.objects.filter(verb__startswith="comfy_server").order_by("pk")
    return list(events.values_list("verb", flat=True))


def test_the_page_itself_asks_no_server(admin, page, server, machine):
    url = reverse("admin:comfy_bridge_comfyserver_change", args=[server.pk])
    html = text(page(admin).get(url))
    assert machine.requests == []
    assert f'hx-get="{at("live", server)}"' in html
    assert "Asking the server" in html


def test_it_says_why_a_server_rests(admin, page, server):
    health.record_failure(server, ProgressStalled("It <hung>."), NETWORKS)
    url = reverse("admin:comfy_bridge_comfyserver_change", args=[server.pk])
    html = text(page(admin).get(url))
    assert "open, 3 failures in a row, tried again" in html
    assert "It &lt;hung&gt;." in html
    assert "Use it again now" in html
    page(admin).post(at("resume", server))
    assert ComfyServer.objects.with_open().get().breaker == "closed"


def test_devices_gpus_and_prompts_are_shown_ours_with_their_jobs(
    admin, page, server, machine, submission
):
    machine.running = [str(submission.prompt_id)]
    machine.pending = [str(uuid.uuid4()), "not-even-an-id"]
    html = text(page(admin).get(at("live", server)))
    job = ImageVariant.objects.get().job
    assert reverse("admin:jobs_job_change", args=[job.pk]) in html
    assert "cuda" in html
    assert "<b>" not in html
    assert "61 °C" in html
    assert "8.0" in html
    assert "2 prompts of others." in html
    assert at("interrupt", server, submission.pk) in html


def test_a_server_that_is_down_is_shown_all_the_same(admin, page, server, submission):
    ComfyServer.objects.update(url="http://127.0.0.1:9")
    html = text(page(admin).get(at("live", server)))
    assert "No connection" in html
    assert str(submission.prompt_id) in html


def test_what_is_done_is_recorded_and_only_by_post(admin, page, server, machine):
    for name in ("pause", "resume", "free"):
        assert page(admin).get(at(name, server)).status_code == 405
        assert page(admin).post(at(name, server)).status_code == 302
    server.refresh_from_db()
    assert server.paused is False
    assert verbs() == ["comfy_server.pause", "comfy_server.resume", "comfy_server.free_memory"]
    (freed,) = machine.asked("POST", "/free")
    assert freed.json() == {"unload_models": True, "free_memory": True}


def test_our_running_prompt_is_interrupted_by_its_own_id(admin, page, server, machine, submission):
    other = str(uuid.uuid4())
    machine.running = [str(submission.prompt_id), other]
    page(admin).post(at("interrupt", server, submission.pk))
    assert machine.cancelled == [str(submission.prompt_id)]
    assert machine.running == [other]
    assert verbs() == ["comfy_server.interrupt"]


@pytest.mark.parametrize("where", ["pending", "nowhere"])
def test_what_does_not_run_is_not_interrupted(admin, page, server, machine, submission, where):
    machine.running = [str(uuid.uuid4())]
    if where == "pending":
        machine.pending = [str(submission.prompt_id)]
    answer = page(admin).post(at("interrupt", server, submission.pk), follow=True)
    assert "does not run there any more" in text(answer)
    assert machine.cancelled == []
    assert verbs() == []


def test_nobody_but_an_admin_comes_near(creator, reviewer, page, server, machine):
    for person in (creator, reviewer):
        for name in ("live", "pause", "resume", "free", "restart"):
            for answer in (page(person).get(at(name, server)), page(person).post(at(name, server))):
                assert answer.status_code == 302
                assert answer.url.startswith("/admin/login/")
    server.refresh_from_db()
    assert (server.paused, machine.requests) == (False, [])


def test_a_server_is_made_and_edited_over_the_api_as_in_the_admin(admin, api, db):
    made = api(admin).post(
        "/api/v1/comfy-servers", {"name": "gpu-2", "url": "http://127.0.0.1:8189/", "slots": 2}
    )
    assert made.status_code == 201, made.json()
    assert made.json()["url"] == "http://127.0.0.1:8189"
    assert (made.json()["status"], made.json()["breaker"]) == ("unknown", "closed")
    at = f"/api/v1/comfy-servers/{made.json()['id']}"
    ComfyServer.objects.update(failures=2, last_error="x")
    edited = api(admin).patch(at, {"slots": 3, "paused": True, "failures": 0, "status": "online"})
    assert edited.status_code == 200, edited.json()
    row = ComfyServer.objects.get()
    assert (row.slots, row.paused, row.failures, row.status_id) == (3, False, 2, 1)
    event = AuditEvent.objects.get(verb="comfy_server.edit")
    assert (event.before, event.after) == ({"slots": "2"}, {"slots": "3"})
    assert api(admin).post(f"{at}/pause").json()["paused"] is True
    assert api(admin).post(f"{at}/resume").json()["paused"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://192.0.2.1"}, "url"),
        ({"agent_url": "http://192.0.2.1"}, "agent_url"),
        ({"slots": 0}, "slots"),
        ({"slots": "many"}, "slots"),
        ({"name": ""}, "name"),
        ({"restart_hook": "../../bin/sh"}, "restart_hook"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(admin, api, server, body, field):
    before = ComfyServer.objects.values().get()
    answer = api(admin).patch(f"/api/v1/comfy-servers/{server.pk}", body)
    assert answer.status_code == 400, answer.json()
    assert set(answer.json()["errors"]) == {field}, json.dumps(answer.json())
    assert ComfyServer.objects.values().get() == before
