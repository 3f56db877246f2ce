"""/metrics tells the figures of the whole fleet, to the token's holder and to admins."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from comfy_bridge.models import ComfyServer
from comfy_bridge.submissions import open_submission
from jobs import queues
from jobs.claiming import Timing
from jobs.models import Worker
from jobs.sweeping import sweep
from studio.lib import figures
from studio.lib.errors import StudioError
from tests.operating.conftest import report


@pytest.fixture
def scrape(client, token):
    """Every sample, by its name and labels."""

    def ask():
        answer = client.get("/metrics", headers=token)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain")
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return ask


def of(samples, name, **labels):
    """The sum over the samples of that name that have these labels, whatever others they have."""
    return sum(
        value
        for (sample, found), value in samples.items()
        if sample == name and found >= frozenset(labels.items())
    )


def test_whoever_has_no_token_is_refused(client, db):
    answer = client.get("/metrics")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')


def test_without_a_setting_no_token_fits(client, db, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_a_creator_is_refused_and_an_admin_reads(page, creator, admin):
    assert page(creator).get("/metrics").status_code == 403
    assert page(admin).get("/metrics").status_code == 200


def test_queues_tell_their_depth_and_age(scrape, work, workers):
    work.ask(3)
    work.claim()
    told = scrape()
    assert of(told, "studio_queue_jobs", queue="cpu", state="queued") == 2
    assert of(told, "studio_queue_jobs", queue="cpu", state="running") == 1
    assert of(told, "studio_queue_jobs", queue="gpu", state="queued") == 0
    assert of(told, "studio_queue_oldest_seconds", queue="cpu", state="queued") > 0
    assert of(told, "studio_queue_served_by", queue="cpu") == 1


def test_a_paused_queue_says_so(scrape, admin):
    queues.pause(admin, queues.queue_named("gpu"))
    told = scrape()
    assert of(told, "studio_queue_paused", queue="gpu") == 1
    assert of(told, "studio_queue_paused", queue="cpu") == 0


def test_attempts_tell_their_kind_outcome_and_time(
    scrape,
    work,
    django_capture_on_commit_callbacks,
):
    def fails(lease):
        raise StudioError("No.", code="no_good")

    before = scrape()
    with django_capture_on_commit_callbacks(execute=True):
        work.ask(2)
        work.run()
        work.does(fails)
        work.run()
    told = scrape()
    for outcome in ("succeeded", "failed"):
        labels = {"kind": "test.work", "outcome": outcome}
        name = "studio_job_attempt_seconds_count"
        assert of(told, name, **labels) - of(before, name, **labels) == 1
        assert of(told, "studio_job_attempts_last_day", outcome=outcome) == 1
    assert of(told, "studio_jobs_failed_last_day", kind="test.work", code="no_good") == 1


def test_a_lost_lease_is_counted(scrape, work):
    work.ask()
    work.claim(timing=Timing(lease_s=-1, heartbeat_s=60, max_attempts=3))
    before = of(scrape(), "studio_job_leases_lost_total", kind="test.work")
    sweep()
    told = scrape()
    assert of(told, "studio_job_leases_lost_total", kind="test.work") == before + 1
    assert of(told, "studio_job_attempts_last_day", outcome="lost") == 1


def test_servers_tell_their_slots(scrape, server):
    open_submission(server, {})
    told = scrape()
    assert of(told, "studio_comfyui_online", server=server.url) == 1
    assert of(told, "studio_comfyui_slots", server=server.url) == 2
    assert of(told, "studio_comfyui_slots_busy", server=server.url) == 1


def test_a_breaker_that_is_open_says_so(scrape, server):
    later = Now() + timedelta(minutes=1)
    ComfyServer.objects.update(failures=3, retry_at=later)
    told = scrape()
    assert of(told, "studio_comfyui_breaker", server=server.url, state="open") == 1
    assert of(told, "studio_comfyui_breaker", server=server.url, state="closed") == 0
    assert of(told, "studio_comfyui_room", server=server.url) == 0


def test_what_another_process_counted_is_told_under_its_name(scrape, db):
    other = report("worker", "cpu")
    Worker.objects.filter(owner=other.owner).update(
        figures={"studio_events_pushed": [["studio_events_pushed_total", {}, 41.0]]}
    )
    told = scrape()
    assert of(told, "studio_events_pushed_total", process=other.owner) == 41


def test_what_newer_code_counts_is_left_out(scrape, db):
    other = report("worker", "cpu")
    Worker.objects.filter(owner=other.owner).update(figures={"studio_new": [["studio_new", {}, 1]]})
    assert of(scrape(), "studio_new") == 0


def test_requests_are_counted_by_route_and_status(scrape, client, db):
    labels = {"route": "sign-in", "method": "GET", "status": "200"}
    before = of(scrape(), "studio_http_request_seconds_count", **labels)
    client.get("/sign-in/")
    client.get("/nowhere/at/all/")
    told = scrape()
    assert of(told, "studio_http_request_seconds_count", **labels) == before + 1
    assert of(told, "studio_http_request_seconds_count", route="none", status="404") >= 1


def test_a_scrape_costs_the_same_queries_however_much_there_is(
    client,
    token,
    work,
    server,
    workers,
):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/metrics", headers=token).status_code == 200
        return len(queries)

    few = cost()
    work.ask(30)
    for _ in range(5):
        work.claim()
        report("worker", "cpu")
        open_submission(server, {})
    assert cost() == few == 9


def test_a_snapshot_may_be_taken_while_others_count():
    stop = threading.Event()

    def count():
        number = 0
        while not stop.is_set():
            number += 1
            figures.HTTP_SECONDS.labels(f"route-{number % 500}", "GET", 200).observe(0.1)

    counting = threading.Thread(target=count)
    counting.start()
    try:
        for _ in range(20):
            assert figures.snapshot()
    finally:
        stop.set()
        counting.join()
        figures.HTTP_SECONDS.clear()
