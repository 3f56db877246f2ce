"""A worker whose lease was taken over writes nothing more."""

import threading

import pytest
from django.db import connections
from django.db.models import Q

from jobs import handling
from jobs.claiming import Timing
from jobs.errors import Cancelled, LeaseLost, Retryable
from jobs.models import Job, JobAttempt, JobStatus
from jobs.sweeping import take_up
from people.models import Project


@pytest.fixture
def zombie(work):
    """A lease that was lost, and the job is in other hands."""
    work.one()
    lease = work.claim("first")
    take_up(Q(pk=lease.job.pk))
    assert work.claim("second").job.pk == lease.job.pk
    return lease


def snapshot():
    return (
        list(Job.objects.order_by("id").values()),
        list(JobAttempt.objects.order_by("id").values()),
    )


@pytest.mark.parametrize(
    "write",
    [
        lambda lease: lease.hold(),
        lambda lease: lease.progress(0.5, "half"),
        lambda lease: lease.failed(Retryable("It broke.")),
        lambda lease: lease.retry_or_fail(Retryable("It broke.")),
        lambda lease: lease.cancelled(Cancelled("Cancelled.")),
        lambda lease: lease.give_back(),
        lambda lease: lease.check_cancel(),
    ],
    ids=["hold", "progress", "failed", "retry_or_fail", "cancelled", "give_back", "check_cancel"],
)
def test_it_is_told_and_nothing_is_written(zombie, write):
    before = snapshot()
    with pytest.raises(LeaseLost):
        write(zombie)
    assert snapshot() == before


def test_the_rows_of_its_finish_are_rolled_back(zombie):
    before = snapshot()
    with pytest.raises(LeaseLost), zombie.finish():
        Project.objects.create(name="written by a zombie")
    assert snapshot() == before
    assert not Project.objects.filter(name="written by a zombie").exists()


def test_rows_are_rolled_back_when_the_lease_is_fine_but_the_body_breaks(work):
    work.one()
    lease = work.claim()

    def finish_and_break():
        with lease.finish():
            Project.objects.create(name="half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        finish_and_break()
    assert not Project.objects.filter(name="half").exists()
    assert Job.objects.get(pk=lease.job.pk).state is JobStatus.RUNNING


def test_it_knows_even_before_anybody_else_has_claimed_the_job(work):
    work.one()
    lease = work.claim()
    take_up(Q(pk=lease.job.pk))
    with pytest.raises(LeaseLost):
        lease.check_cancel()


def test_it_knows_when_the_job_is_gone_altogether(work):
    work.one()
    lease = work.claim()
    Job.objects.all().delete()
    with pytest.raises(LeaseLost):
        lease.check_cancel()


def test_running_on_as_a_zombie_changes_neither_job_nor_rows(committed_work):
    """The whole way: it hangs, is taken over, the other finishes, then it wakes and goes on."""
    hangs, go_on = threading.Event(), threading.Event()

    def handler(lease):
        if lease.job.lease_owner == "first":
            hangs.set()
            go_on.wait(30)
        with lease.finish(url=f"/{lease.job.lease_owner}/"):
            Project.objects.create(name=lease.job.lease_owner)

    committed_work.does(handler)
    job = committed_work.one()
    lease = committed_work.claim("first", Timing(60, 20, 3))
    thread = threading.Thread(target=_run, args=[lease])
    thread.start()
    hangs.wait(30)
    take_up(Q(pk=job.pk))
    handling.run(committed_work.claim("second"))
    go_on.set()
    thread.join()
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.url, row.fence) == (JobStatus.SUCCEEDED, "/second/", 2)
    assert set(Project.objects.values_list("name", flat=True)) == {"Northlight", "second"}
    outcomes = JobAttempt.objects.filter(job=job).values_list("owner", "outcome")
    assert list(outcomes) == [("first", "lost"), ("second", "succeeded")]


def _run(lease):
    try:
        handling.run(lease)
    finally:
        connections.close_all()
