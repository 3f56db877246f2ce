"""A lease lives as long as its worker does, and not much longer."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models import Q
from django.db.models.functions import Now

from jobs import asking, handling
from jobs.claiming import Lease, Timing
from jobs.models import Job, JobAttempt, JobStatus
from jobs.sweeping import sweep, take_up
from tests.jobs.conftest import until

QUICK = Timing(lease_s=30, heartbeat_s=0.05, max_attempts=3)


def lease_until(job):
    return Job.objects.values_list("lease_until", flat=True).get(pk=job.pk)


def expire(job):
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_the_lease_is_renewed_while_the_handler_works(committed_work):
    job = committed_work.one()
    lease = committed_work.claim(timing=QUICK)
    first = lease_until(job)
    with lease.beating():
        second = until(lambda: lease_until(job) > first and lease_until(job))
        until(lambda: lease_until(job) > second)
    assert not [t for t in threading.enumerate() if t.name == f"heartbeat-{job.pk}"]


def test_a_beating_job_is_not_taken_up(committed_work):
    committed_work.one()
    lease = committed_work.claim(timing=QUICK)
    with lease.beating():
        assert sweep() == 0


def test_a_heartbeat_that_the_database_refuses_once_is_not_the_last(committed_work, monkeypatch):
    job = committed_work.one()
    lease = committed_work.claim(timing=QUICK)
    hold, refused = lease.hold, threading.Event()

    def once():
        if not refused.is_set():
            refused.set()
            raise OperationalError("database is locked")
        hold()

    monkeypatch.setattr(lease, "hold", once)
    first = lease_until(job)
    with lease.beating():
        refused.wait(30)
        until(lambda: lease_until(job) > first)


def test_the_thread_ends_when_the_lease_is_lost(committed_work):
    job = committed_work.one()
    lease = committed_work.claim(timing=QUICK)
    with lease.beating():
        take_up(Q(pk=job.pk))
        until(lambda: f"heartbeat-{job.pk}" not in {t.name for t in threading.enumerate()})


def test_a_lease_that_ran_out_goes_to_the_next_worker(work, quiet_wakes):
    job = work.one()
    work.claim("dead")
    expire(job)
    assert sweep() == 1
    assert "cpu" in quiet_wakes
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.lease_owner, row.lease_until) == (JobStatus.QUEUED, "", None)
    assert JobAttempt.objects.get(job=job).outcome == "lost"
    done = work.run(owner="alive")
    assert done.state is JobStatus.SUCCEEDED
    outcomes = JobAttempt.objects.filter(job=job).values_list("owner", "outcome")
    assert list(outcomes) == [("dead", "lost"), ("alive", "succeeded")]
    assert work.followed == ["queued"]


def test_a_lease_that_still_runs_is_left_alone(work):
    work.one()
    work.claim()
    assert sweep() == 0


def test_a_renewal_between_the_sweepers_look_and_its_write_wins(work, monkeypatch):
    job = work.one()
    lease = work.claim()
    expire(job)
    look = handling.mirrored

    def renewed_meanwhile(write):
        lease.hold()
        return look(write)

    monkeypatch.setattr("jobs.sweeping.mirrored", renewed_meanwhile)
    assert sweep() == 0
    assert Job.objects.get(pk=job.pk).state is JobStatus.RUNNING


def test_a_cancel_that_the_dead_worker_never_saw_is_carried_out(work):
    job = work.one()
    work.claim("dead")
    asking.cancel(work.creator, job)
    expire(job)
    sweep()
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.error_code) == (JobStatus.CANCELLED, "cancelled")
    assert row.finished_at is not None
    assert work.followed == ["cancelled"]
    assert work.claim() is None


def test_a_worker_told_to_end_gives_its_job_back_at_once(work):
    leaving = threading.Event()

    def handler(lease: Lease):
        leaving.set()
        lease.check_cancel()

    work.does(handler)
    job = work.one()
    handling.run(work.claim(leaving=leaving))
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.lease_owner, row.error_code) == (JobStatus.QUEUED, "", "")
    assert JobAttempt.objects.get(job=job).outcome == "given_back"
    assert work.claim("another").job.pk == job.pk


@pytest.mark.parametrize("count", [1, 2])
def test_lost_workers_do_not_use_up_the_attempts_of_a_job(work, count):
    job = work.one()
    for _ in range(count):
        work.claim("dead")
        expire(job)
        sweep()
    assert work.run().state is JobStatus.SUCCEEDED
