"""Cancel and retry: what they do, who may, and what is written down."""

import threading

import pytest
from django.db import connections

from audit.models import AuditEvent
from jobs import asking, handling
from jobs.errors import Retryable
from jobs.models import Job, JobStatus
from studio.lib.errors import StudioError
from tests import make
from tests.jobs.conftest import until

URL = "/api/v1/jobs/{}/{}"


def test_a_waiting_job_is_cancelled_at_once(work, api):
    job = work.one()
    answer = api(work.creator).post(URL.format(job.pk, "cancel"))
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["error_code"]) == ("cancelled", "cancelled")
    row = Job.objects.get(pk=job.pk)
    assert row.state is JobStatus.CANCELLED
    assert row.finished_at is not None
    assert work.claim() is None
    assert work.followed == ["cancelled"]


def test_the_holder_of_a_running_job_is_asked_and_stops(committed_work, api):
    work = committed_work
    started = threading.Event()

    def handler(lease):
        started.set()
        until(lambda: lease.check_cancel(every_s=0.01))  # raises Cancelled

    work.does(handler)
    job = work.one()
    thread = threading.Thread(target=_run_and_close, args=[work])
    thread.start()
    started.wait(30)
    answer = api(work.creator).post(URL.format(job.pk, "cancel"))
    assert (answer.status_code, answer.json()["cancel_requested"]) == (200, True)
    thread.join()
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.error_code) == (JobStatus.CANCELLED, "cancelled")
    assert work.followed == ["cancelled"]


def _run_and_close(work):
    try:
        work.run()
    finally:
        connections.close_all()


def test_a_job_cancelled_before_its_handler_began_does_no_work(work):
    called = []
    work.does(called.append)
    job = work.one()
    lease = work.claim()
    asking.cancel(work.creator, job)
    handling.run(lease)
    assert called == []
    assert Job.objects.get(pk=job.pk).state is JobStatus.CANCELLED


def test_an_error_on_the_way_to_a_cancel_cancels_instead_of_queueing_again(work):
    def handler(lease):
        asking.cancel(work.creator, lease.job)
        raise Retryable("The server went away.")

    work.does(handler)
    work.one()
    assert work.run().state is JobStatus.CANCELLED


def test_work_that_was_done_before_the_cancel_arrived_counts(work):
    def handler(lease):
        asking.cancel(work.creator, lease.job)
        with lease.finish():
            pass

    work.does(handler)
    work.one()
    assert work.run().state is JobStatus.SUCCEEDED


def test_a_cancelled_job_can_be_retried_and_then_runs(work, api, quiet_wakes):
    job = work.one()
    asking.cancel(work.creator, job)
    answer = api(work.creator).post(URL.format(job.pk, "retry"))
    assert (answer.status_code, answer.json()["status"]) == (200, "queued")
    assert answer.json()["cancel_requested"] is False
    assert Job.objects.get(pk=job.pk).attempt_group == 2
    assert work.run().state is JobStatus.SUCCEEDED


def test_retrying_wakes_a_worker_after_the_commit(committed_work, quiet_wakes):
    job = committed_work.one()
    asking.cancel(committed_work.creator, job)
    quiet_wakes.clear()
    asking.retry(committed_work.creator, job)
    assert quiet_wakes == ["cpu"]


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_a_job_that_ended_well_answers_409_and_stays(work, api, verb):
    work.one()
    done = work.run()
    before = Job.objects.filter(pk=done.pk).values().get()
    answer = api(work.creator).post(URL.format(done.pk, verb))
    assert (answer.status_code, answer.json()["code"]) == (409, f"not_{_able(verb)}")
    assert "succeeded" in answer.json()["detail"]
    assert Job.objects.filter(pk=done.pk).values().get() == before


@pytest.mark.parametrize("again", ["failed", "cancelled"])
def test_an_ended_job_is_not_cancelled_again(work, api, again):
    job = work.one()
    if again == "failed":
        work.claim().failed(StudioError("No."))
    else:
        asking.cancel(work.creator, job)
    assert api(work.creator).post(URL.format(job.pk, "cancel")).status_code == 409


@pytest.mark.parametrize("state", ["queued", "running"])
def test_an_open_job_is_not_retried(work, api, state):
    job = work.one()
    if state == "running":
        work.claim()
    answer = api(work.creator).post(URL.format(job.pk, "retry"))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_retryable")


def _able(verb):
    return {"cancel": "cancellable", "retry": "retryable"}[verb]


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_only_makers_among_the_members_may(work, api, reviewer, outsider, verb):
    job = work.one()
    if verb == "retry":
        asking.cancel(work.creator, job)
    before = Job.objects.filter(pk=job.pk).values().get()
    events = AuditEvent.objects.count()
    refused = api(reviewer).post(URL.format(job.pk, verb))
    assert (refused.status_code, refused.json()["code"]) == (403, "role")
    assert api(outsider).post(URL.format(job.pk, verb)).status_code == 404
    assert api().post(URL.format(job.pk, verb)).status_code in {401, 403}
    assert Job.objects.filter(pk=job.pk).values().get() == before
    assert AuditEvent.objects.count() == events
    colleague = make.member(work.project, "carl", "Creator")
    assert api(colleague).post(URL.format(job.pk, verb)).status_code == 200


def test_the_pages_do_the_same_and_refuse_the_same(work, page, creator, reviewer):
    job = work.one()
    assert page(reviewer).post(f"/jobs/{job.pk}/cancel/").status_code == 403
    assert page(creator).get(f"/jobs/{job.pk}/cancel/").status_code == 405
    assert page(creator).post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert Job.objects.get(pk=job.pk).state is JobStatus.CANCELLED
    assert page(creator).post(f"/jobs/{job.pk}/cancel/").status_code == 409


def test_who_cancelled_and_who_retried_is_on_record(work):
    job = work.one()
    asking.cancel(work.creator, job)
    asking.retry(work.creator, job)
    events = AuditEvent.objects.filter(verb__startswith="job.").order_by("id")
    assert [(event.verb, event.actor, event.object_pk) for event in events] == [
        ("job.cancel", work.creator, str(job.pk)),
        ("job.retry", work.creator, str(job.pk)),
    ]


def test_a_refused_cancel_leaves_no_record(work):
    work.one()
    done = work.run()
    events = AuditEvent.objects.count()
    with pytest.raises(StudioError):
        asking.cancel(work.creator, done)
    assert AuditEvent.objects.count() == events
