"""Restarting a server by its hook: confirmed, recorded, and its work is done again elsewhere."""

import threading

import pytest
from django.db import connections
from django.urls import reverse

from audit.models import AuditEvent
from comfy_bridge import health, pool
from comfy_bridge.handles import close_all
from comfy_bridge.models import ComfyServer, Submission, SubmissionStatus
from jobs.actors import OWNER, TIMING
from jobs.claiming import claim
from jobs.handling import run
from jobs.models import Job, JobStatus
from tests import make
from tests.fakes.sandbox import start_sandbox
from variants import ordering, waiting
from variants.generating import NETWORKS
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

# Before anybody is made: workers in threads of their own have to see them.
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def hooks(tmp_path, settings):
    folder = tmp_path / "hooks"
    folder.mkdir()
    settings.COMFYUI_RESTART_HOOKS_DIR = folder

    def put(script):
        hook = folder / "again"
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)
        return folder

    return put


@pytest.fixture
def sandbox():
    with start_sandbox(step_ms=5) as running:
        yield running
    close_all()


@pytest.fixture
def server(sandbox):
    (registered,) = pool.register_urls([sandbox.url])
    ComfyServer.objects.update(name="gpu-1", restart_hook="again")
    return health.check(registered, NETWORKS)


def take():
    return claim("comfy", OWNER, TIMING, waiting.when_a_server_is_free)


def address(server):
    return reverse("admin:comfy_server_restart", args=[server.pk])


def test_it_asks_first_and_for_the_password(admin, page, server, hooks, tmp_path):
    hooks(f"touch {tmp_path}/ran")
    html = page(admin).get(address(server)).content.decode()
    assert "again" in html
    for password in ("", "wrong"):
        answer = page(admin).post(address(server), {"password": password})
        assert "not your password" in answer.content.decode()
    assert not (tmp_path / "ran").exists()
    assert not AuditEvent.objects.filter(verb__startswith="comfy_server").exists()


def test_it_runs_the_hook_and_is_recorded(admin, page, server, hooks, tmp_path):
    hooks(f'echo "for $1 at $2" | tee {tmp_path}/ran')
    answer = page(admin).post(address(server), {"password": make.PASSWORD})
    html = answer.content.decode()
    assert "ended well" in html
    assert f"for gpu-1 at {server.url}" in html
    assert (tmp_path / "ran").read_text() == f"for gpu-1 at {server.url}\n"
    asked, ended = AuditEvent.objects.filter(verb__startswith="comfy_server.restart").order_by("pk")
    assert (asked.actor, asked.after) == (admin, {"hook": "again"})
    assert ended.after == {"hook": "again", "status": 0, "given_back": 0}
    assert ComfyServer.objects.with_open().get().room == 2, "checked and in use again"


def test_a_hook_that_fails_is_told_with_its_output(admin, page, server, hooks):
    hooks("echo no such unit; exit 4")
    html = page(admin).post(address(server), {"password": make.PASSWORD}).content.decode()
    assert "failed with status 4" in html
    assert "no such unit" in html


def test_a_hook_that_is_gone_runs_nothing(admin, page, server, hooks):
    folder = hooks("true")
    (folder / "again").unlink()
    html = page(admin).post(address(server), {"password": make.PASSWORD}).content.decode()
    assert "no restart hook again" in html
    assert not AuditEvent.objects.filter(verb="comfy_server.restart").exists()


def test_its_running_work_goes_back_to_the_queue_and_is_done_again(
    admin, page, creator, character, server, sandbox, hooks
):
    hooks("true")
    make.ready(creator, character)
    ordering.order(creator, character, make.wish(2))
    sandbox.faults(hang="node")

    def worker():
        try:
            run(take())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    while len(sandbox.state()["posts"]) < 2:
        pass
    page(admin).post(address(server), {"password": make.PASSWORD})
    jobs = Job.objects.filter(queue="comfy")
    assert {job.state for job in jobs} == {JobStatus.QUEUED}
    assert {row.status_id for row in Submission.objects.all()} == {SubmissionStatus.LOST}
    assert {row.error for row in Submission.objects.all()} == {"It is being restarted by ada."}
    assert {v.state for v in ImageVariant.objects.all()} == {VariantStatus.PENDING}
    for thread in threads:
        thread.join()
    assert {job.state for job in jobs.all()} == {JobStatus.QUEUED}, "who lost it wrote nothing"
    sandbox.faults(reset=True)
    while lease := take():
        run(lease)
    assert {job.state for job in jobs.all()} == {JobStatus.SUCCEEDED}
    assert {v.state for v in ImageVariant.objects.all()} == {VariantStatus.GENERATED}
    assert Submission.objects.filter(status_id=SubmissionStatus.ENDED).count() == 2
