"""A candidate's prompt gets a place on one server, is given up with it, and never too many."""

import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.utils import timezone

from comfy_bridge import health, pool
from comfy_bridge.handles import close_all
from comfy_bridge.models import ComfyServer, ServerStatus, Submission, SubmissionStatus
from jobs.actors import OWNER, TIMING
from jobs.claiming import claim
from jobs.handling import run
from jobs.models import Job, JobAttempt, JobStatus
from tests import make
from tests.fakes.sandbox import ROOT, start_sandbox
from tests.variants.racing import take_a_place
from variants import ordering, waiting
from variants.generating import NETWORKS
from variants.models import ImageVariant
from variants.placing import place
from variants.vocabulary import VariantStatus


@pytest.fixture
def sandbox(committed):
    with start_sandbox(step_ms=5) as running:
        yield running
    close_all()


@pytest.fixture
def server(sandbox):
    (registered,) = pool.register_urls([sandbox.url])
    return health.check(registered, NETWORKS)


@pytest.fixture
def ready(creator, character):
    make.ready(creator, character)
    return character


def ask(creator, character, count=1):
    return ordering.order(creator, character, make.wish(count))


def take():
    return claim("comfy", OWNER, TIMING, waiting.when_a_server_is_free)


def work():
    """Run what may be claimed, until nothing is left."""
    count = 0
    while lease := take():
        run(lease)
        count += 1
    return count


def due_now():
    Job.objects.update(due_at=timezone.now() - timezone.timedelta(minutes=1))


def only(model):
    return model.objects.get()


def test_the_prompt_id_is_stored_before_anything_is_sent(server, sandbox, creator, ready):
    ask(creator, ready)
    lease = take()
    placed = place(lease, only(ImageVariant))
    stored = only(Submission)
    assert placed.fresh
    assert (stored.pk, stored.status_id) == (placed.submission.pk, SubmissionStatus.PREPARED)
    assert only(ImageVariant).submission == stored
    assert sandbox.state()["posts"] == {}
    assert sandbox.state()["uploads"] == 0


def test_placed_again_it_keeps_its_prompt_id_and_is_looked_up_first(server, creator, ready):
    ask(creator, ready)
    lease = take()
    first = place(lease, only(ImageVariant))
    again = place(lease, only(ImageVariant))
    assert again.submission == first.submission
    assert not again.fresh


def test_a_full_server_gives_the_job_back_and_no_attempt_is_used(server, creator, ready):
    ask(creator, ready, 3)
    leases = [claim("comfy", OWNER, TIMING) for _ in range(3)]  # unnarrowed, as by a lost race
    for lease, variant in zip(leases[:2], ImageVariant.objects.order_by("pk"), strict=False):
        place(lease, variant)
    run(leases[2])
    job = Job.objects.get(pk=leases[2].job.pk)
    assert job.state is JobStatus.QUEUED
    assert JobAttempt.objects.get(job=job).outcome == "given_back"
    assert Submission.objects.count() == 2
    assert take() is None


def test_work_moves_from_a_lost_server_to_another(server, sandbox, creator, ready):
    ask(creator, ready)
    lease = take()
    place(lease, only(ImageVariant))
    lease.give_back()
    ComfyServer.objects.update(status_id=ServerStatus.OFFLINE)
    with start_sandbox(step_ms=5) as second:
        (other,) = pool.register_urls([second.url])
        health.check(other, NETWORKS)
        assert work() == 1
        assert sum(second.state()["posts"].values()) == 1
    lost, made = Submission.objects.order_by("pk")
    assert (lost.status_id, lost.server) == (SubmissionStatus.LOST, server)
    assert "went offline" in lost.error
    assert (made.status_id, made.server, made.replaces) == (SubmissionStatus.ENDED, other, lost)
    assert only(ImageVariant).state is VariantStatus.GENERATED


def test_a_server_that_is_lost_uses_up_no_attempt_however_often(server, sandbox, creator, ready):
    (job,) = ask(creator, ready).jobs
    for _ in range(TIMING.max_attempts + 1):
        sandbox.kill()
        assert work() == 1
        job.refresh_from_db()
        assert job.state is JobStatus.QUEUED
        server.refresh_from_db()
        assert server.status_id == ServerStatus.OFFLINE
        assert take() is None, "it waits, and is not tried in a loop"
        sandbox.start()
        health.check(server, NETWORKS)
    assert set(JobAttempt.objects.values_list("outcome", flat=True)) == {"given_back"}
    assert work() == 1
    assert only(ImageVariant).state is VariantStatus.GENERATED


def test_an_outage_leaves_a_thousand_waiting_jobs_as_they_were(server, sandbox, creator, ready):
    for _ in range(16):
        ask(creator, ready, 64)
    sandbox.kill()
    work()
    health.check(server, NETWORKS)
    waiting.explain()
    waits = Job.objects.filter(status_id=JobStatus.QUEUED, queue="comfy")
    assert waits.count() == 1024
    assert JobAttempt.objects.filter(job__in=waits).count() <= 2 * server.slots
    assert not waits.exclude(note__contains="is offline. No connection").exists()
    assert take() is None


def test_a_server_that_hangs_on_prompts_gets_no_more_work(
    server, sandbox, creator, ready, settings
):
    settings.COMFYUI_STALL_S = 0.5
    ask(creator, ready, 3)
    sandbox.faults(hang="node")
    run(take())
    resting = ComfyServer.objects.with_open().get()
    assert (resting.status_id, resting.breaker) == (ServerStatus.ONLINE, "open")
    assert "no progress" in resting.last_error
    due_now()
    assert take() is None
    waiting.explain()
    assert "rests after failures" in Job.objects.filter(queue="comfy").latest("pk").note
    sandbox.faults(reset=True)
    settings.COMFYUI_STALL_S = 120
    ComfyServer.objects.update(retry_at=timezone.now())
    assert work() == 3
    assert ComfyServer.objects.with_open().get().breaker == "closed"
    assert {v.state for v in ImageVariant.objects.all()} == {VariantStatus.GENERATED}


def test_a_restart_that_lost_the_prompt_leads_to_a_new_one_for_the_same_variant(
    server, sandbox, creator, ready
):
    ask(creator, ready)
    lease = take()
    placed = place(lease, only(ImageVariant))
    Submission.objects.update(status_id=SubmissionStatus.SENT, sent_at=timezone.now())
    lease.give_back()
    assert work() == 1
    due_now()
    assert work() == 1
    lost, made = Submission.objects.order_by("pk")
    assert (lost.pk, lost.status_id) == (placed.submission.pk, SubmissionStatus.LOST)
    assert (made.status_id, made.replaces) == (SubmissionStatus.ENDED, lost)
    assert list(sandbox.state()["posts"]) == [str(made.prompt_id)]
    assert only(ImageVariant).submission == made


def test_a_file_that_is_gone_is_made_again_under_another_prefix(
    committed, tmp_path, creator, ready
):
    folder = tmp_path / "comfy"
    with start_sandbox(step_ms=5, dir=folder) as sandbox:
        (server,) = pool.register_urls([sandbox.url])
        health.check(server, NETWORKS)
        ask(creator, ready)
        lease = take()
        placed = place(lease, only(ImageVariant))
        client = pool.handle(server, NETWORKS).client
        client.upload_image(placed.prompt.uploads[0])
        prompt_id = str(placed.submission.prompt_id)
        client.submit(prompt_id, placed.prompt.graph, "nobody", placed.prompt.outputs)
        while client.find(prompt_id).state != "ended":
            pass
        (file,) = folder.rglob("out_*.png")
        file.unlink()
        lease.give_back()
        work()
        due_now()
        work()
    close_all()
    gone, made = Submission.objects.order_by("pk")
    assert (gone.status_id, made.status_id) == (SubmissionStatus.LOST, SubmissionStatus.ENDED)
    assert "no longer has the file" in gone.error
    assert gone.graph_hash != made.graph_hash, "the prefix is another"
    assert only(ImageVariant).state is VariantStatus.GENERATED


def register_idle():
    """Three servers that are online as far as the rows say; nothing is sent to them."""
    for number, slots in enumerate((1, 2, 1)):
        ComfyServer.objects.create(
            name=f"s{number}",
            url=f"http://127.0.0.1:1/{number}",
            slots=slots,
            status_id=ServerStatus.ONLINE,
            capabilities={"nodes": make.workflow().latest().needs["nodes"]},
        )


def taken_places():
    return Counter(Submission.objects.values_list("server__name", flat=True))


def test_threads_that_race_for_slots_never_exceed_them(committed, creator, ready):
    register_idle()
    ask(creator, ready, 24)
    start = threading.Barrier(8)

    def worker(_number):
        start.wait()
        try:
            return sum(take_a_place() for _ in range(3))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(worker, range(8))) == 8
    assert taken_places() == {"s0": 2, "s1": 4, "s2": 2}


def test_processes_that_race_for_slots_never_exceed_them(committed, creator, ready, tmp_path):
    register_idle()
    ask(creator, ready, 24)
    go = tmp_path / "go"
    env = {**os.environ, "DATABASE_URL": database_url(), "MEDIA_ROOT": str(tmp_path / "media")}
    command = [sys.executable, "-m", "tests.variants.racing", str(go)]
    racers = [
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    go.touch()
    assert sum(int(racer.communicate()[0]) for racer in racers) == 8
    assert taken_places() == {"s0": 2, "s1": 4, "s2": 2}


def database_url():
    """Of the database that this test runs on."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    at = f"{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}"
    return f"postgres://{at}/{settings['NAME']}"
