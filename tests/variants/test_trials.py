"""Test runs of a workflow version on a chosen server, from the admin's page to the picture."""

import pytest
from django.db import transaction
from django.urls import reverse

from audit.models import AuditEvent
from comfy_bridge import health, pool, uploading
from comfy_bridge.detecting import detect
from comfy_bridge.handles import close_all
from comfy_bridge.models import ComfyServer, ServerStatus, Submission, SubmissionStatus
from jobs import asking
from jobs.models import Job, JobStatus
from studio.lib.errors import Forbidden
from tests import make
from tests.comfy_bridge.test_detecting import recorded
from tests.fakes.sandbox import start_sandbox
from variants import proposing, trying, waiting
from variants.errors import NoCapableServer
from variants.generating import NETWORKS
from variants.trials import WorkflowTrial

ADD = "admin:variants_workflowtrial_add"
PAGE = "admin:variants_workflowtrial_change"
LIVE = "admin:workflow_trial_live"
PICTURE = "admin:workflow_trial_picture"


@pytest.fixture
def sandboxes(committed):
    with (
        start_sandbox(step_ms=1, checkpoints=["random_sd15_small.safetensors"]) as one,
        start_sandbox(step_ms=1, checkpoints=["b.safetensors"]) as two,
    ):
        servers = pool.register_urls([one.url, two.url])
        yield [health.check(server, NETWORKS) for server in servers]
    close_all()


def uploaded(actor, name):
    graph = recorded(name)
    found = detect(graph)
    return uploading.create(
        actor, name="mine", title="", kind=found.kind, graph=graph, bindings=found.bindings
    )


def claimable():
    """The jobs that a worker may claim now (`make.run_jobs` does not ask)."""
    with transaction.atomic():
        return list(waiting.when_a_server_is_free(Job.objects.filter(queue="comfy")))


def only_trial():
    return WorkflowTrial.objects.select_related("job", "submission").get()


def test_from_the_page_to_the_picture(sandboxes, admin, project, page):
    version = uploaded(admin, "sd15_img2img")
    browser = page(admin)
    form = {"version": version.pk, "server": sandboxes[0].pk, "project": project.pk}
    answer = browser.post(reverse(ADD), form)
    trial = only_trial()
    assert answer.url == reverse(PAGE, args=[trial.pk])
    assert AuditEvent.objects.filter(verb="workflow.try").count() == 1
    waiting = browser.get(reverse(LIVE, args=[trial.pk]))
    assert (waiting.status_code, b"every 1s" in waiting.content) == (200, True)
    assert make.run_jobs("comfy") == 1
    trial = only_trial()
    assert (trial.job.error, trial.job.state) == ("", JobStatus.SUCCEEDED)
    assert trial.submission.server == sandboxes[0]
    assert trial.submission.status_id == SubmissionStatus.ENDED
    assert (trial.metrics["width"], trial.metrics["height"]) == (512, 512)
    ended = browser.get(reverse(LIVE, args=[trial.pk]))
    assert (ended.status_code, b"512 \xc3\x97 512 px" in ended.content) == (286, True)
    picture = browser.get(reverse(PICTURE, args=[trial.pk]))
    assert picture.headers["Content-Type"] == "image/webp"
    assert picture.content[8:12] == b"WEBP"
    assert browser.get(reverse(PAGE, args=[trial.pk])).status_code == 200
    version.refresh_from_db()
    assert version.used_at is not None


@pytest.mark.parametrize(
    "name", ["inpaint_separate_mask", "inpaint_modelfree", "sd15_txt2img_batch2"]
)
def test_other_kinds_run_too(sandboxes, admin, project, name):
    proposing.propose(admin, uploaded(admin, name), sandboxes[0], project)
    make.run_jobs("comfy")
    trial = only_trial()
    assert (trial.job.error, trial.job.state) == ("", JobStatus.SUCCEEDED)
    assert trial.picture


def test_it_runs_on_the_chosen_server_and_waits_for_that(sandboxes, admin, project):
    version = uploaded(admin, "img2img_modelfree")
    proposing.propose(admin, version, sandboxes[1], project)
    ComfyServer.objects.filter(pk=sandboxes[1].pk).update(paused=True)
    assert claimable() == []
    waiting.explain()
    assert only_trial().job.note == f"{sandboxes[1].name} is paused."
    ComfyServer.objects.filter(pk=sandboxes[1].pk).update(paused=False)
    assert claimable() == [only_trial().job]
    assert make.run_jobs("comfy") == 1
    assert only_trial().submission.server == sandboxes[1]


def test_an_error_of_the_server_is_kept_with_the_run(sandboxes, admin, project, page):
    graph = recorded("sd15_img2img")
    graph["7"]["inputs"]["sampler_name"] = "magic"
    found = detect(graph)
    version = uploading.create(
        admin, name="mine", title="", kind=found.kind, graph=graph, bindings=found.bindings
    )
    proposing.propose(admin, version, sandboxes[0], project)
    make.run_jobs("comfy")
    trial = only_trial()
    assert trial.job.state is JobStatus.FAILED
    assert "sampler_name cannot be 'magic'" in trial.job.error
    shown = page(admin).get(reverse(LIVE, args=[trial.pk]))
    assert shown.status_code == 286
    assert "sampler_name cannot be" in shown.content.decode()
    assert trial.submission.status_id == SubmissionStatus.FAILED


def test_what_the_server_lacks_is_told_before_anything_is_queued(sandboxes, admin, project, page):
    version = uploaded(admin, "sd15_img2img")
    with pytest.raises(NoCapableServer, match=r"no model file random_sd15_small"):
        proposing.propose(admin, version, sandboxes[1], project)
    form = {"version": version.pk, "server": sandboxes[1].pk, "project": project.pk}
    answer = page(admin).post(reverse(ADD), form)
    assert answer.status_code == 409
    assert b"no model file random_sd15_small" in answer.content
    ComfyServer.objects.filter(pk=sandboxes[0].pk).update(status_id=ServerStatus.OFFLINE)
    sandboxes[0].refresh_from_db()
    with pytest.raises(NoCapableServer, match="did not answer"):
        proposing.propose(admin, version, sandboxes[0], project)
    assert Job.objects.count() == WorkflowTrial.objects.count() == 0


def test_a_cancelled_one_is_withdrawn(sandboxes, admin, project):
    proposing.propose(admin, uploaded(admin, "img2img_modelfree"), sandboxes[0], project)
    asking.cancel(admin, only_trial().job)
    assert make.run_jobs("comfy") == 0
    assert only_trial().job.state is JobStatus.CANCELLED
    assert Submission.objects.count() == 0


def test_only_admins_may(admin, creator, project):
    server = ComfyServer.objects.create(name="one", url="http://127.0.0.1:9")
    with pytest.raises(Forbidden):
        proposing.propose(creator, make.workflow().latest(), server, project)


def test_the_sample_is_the_same_every_time():
    assert trying.sample_picture() == trying.sample_picture()
    assert trying.sample_mask()[:4] == b"\x89PNG"
