"""Which job is claimed, by whom, and what is written when it is."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from jobs.handling import kinds
from jobs.models import Job, JobAttempt, JobKind, JobStatus
from tests.jobs.conftest import in_threads


def claimed(work, count):
    return [work.claim().job.pk for _ in range(count)]


def test_priority_then_position_then_age_decide(work):
    first, second, third, fourth = work.ask(4)
    Job.objects.filter(pk=first.pk).update(position=5)
    Job.objects.filter(pk=fourth.pk).update(priority=1)
    assert claimed(work, 4) == [fourth.pk, second.pk, third.pk, first.pk]
    assert work.claim() is None


def test_a_job_is_not_claimed_before_it_is_due(work):
    later, now = work.ask(2)
    Job.objects.filter(pk=later.pk).update(due_at=Now() + timedelta(hours=1))
    assert claimed(work, 1) == [now.pk]
    assert work.claim() is None


def test_another_queue_is_left_alone(work):
    job = work.one()
    Job.objects.filter(pk=job.pk).update(queue="io")
    assert work.claim() is None


def test_the_caller_narrows_what_may_be_claimed(work):
    _, wanted = work.ask(2)
    assert work.claim(among=lambda due: due.filter(pk=wanted.pk)).job.pk == wanted.pk
    assert work.claim(among=lambda due: due.none()) is None


def test_a_claim_is_written_down(work):
    job = work.one()
    lease = work.claim(owner="host:1")
    row = Job.objects.get(pk=job.pk)
    assert row.state is JobStatus.RUNNING
    assert (row.lease_owner, row.fence, row.attempts) == ("host:1", 1, 1)
    assert row.started_at is not None
    held_s = (row.lease_until - row.started_at).total_seconds()
    assert abs(held_s - lease.timing.lease_s) < 1
    attempt = JobAttempt.objects.get(job=job)
    assert (attempt.owner, attempt.fence, attempt.group, attempt.outcome) == ("host:1", 1, 1, "")


def test_the_fence_grows_with_every_claim(work):
    job = work.one()
    for fence in (1, 2, 3):
        lease = work.claim()
        assert lease.job.fence == fence
        lease.give_back()
    assert list(JobAttempt.objects.filter(job=job).values_list("fence", flat=True)) == [1, 2, 3]


def test_claimers_at_the_same_moment_never_get_the_same_job(committed_work):
    jobs = committed_work.ask(12)

    def claim_all(owner):
        got = []
        while lease := committed_work.claim(owner):
            got.append(lease.job.pk)
        return got

    taken = in_threads(*[lambda name=name: claim_all(name) for name in "abcd"])
    assert sorted(pk for mine in taken for pk in mine) == [job.pk for job in jobs]
    assert JobAttempt.objects.count() == 12
    for owner, mine in zip("abcd", taken, strict=True):
        assert set(Job.objects.filter(lease_owner=owner).values_list("pk", flat=True)) == set(mine)


def test_a_kind_that_only_newer_code_knows_waits_for_it(work):
    newer, _ = JobKind.objects.get_or_create(name="test.newer", defaults={"queue": "cpu"})
    job = work.one()
    Job.objects.filter(pk=job.pk).update(kind=newer)
    assert work.claim(among=lambda due: due.filter(kind__name__in=kinds())) is None
    assert Job.objects.get(pk=job.pk).state is JobStatus.QUEUED


@pytest.mark.parametrize(
    "change",
    [
        "status_id = 1",  # queued, but leased
        "status_id = 3",  # done, but leased
        "lease_owner = ''",
        "lease_until = NULL",
        "lease_owner = '', lease_until = NULL",
    ],
)
def test_no_sql_takes_a_running_job_from_its_lease(work, change):
    job = work.one()
    work.claim()
    _refused(job, change)


@pytest.mark.parametrize(
    "change",
    [
        "status_id = 2",
        "lease_owner = 'me'",
        "lease_until = CURRENT_TIMESTAMP",
        "status_id = 2, lease_owner = 'me'",
        "status_id = 2, lease_until = CURRENT_TIMESTAMP",
    ],
)
def test_no_sql_leases_a_job_that_does_not_run(work, change):
    _refused(work.one(), change)


@pytest.mark.parametrize("change", ["progress = 1.5", "progress = -0.1", "queue = 'other'"])
def test_no_sql_writes_nonsense(work, change):
    _refused(work.one(), change)


def _refused(job, change):
    before = Job.objects.filter(pk=job.pk).values().get()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE jobs SET {change} WHERE id = %s", [job.pk])  # noqa: S608
    assert Job.objects.filter(pk=job.pk).values().get() == before
