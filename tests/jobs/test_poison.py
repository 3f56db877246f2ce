"""A job that ends its worker again and again is taken out of the way."""

import pytest
from django.db.models import Q

from jobs import asking
from jobs.models import Job, JobAttempt, JobStatus
from jobs.sweeping import take_up


def lose(work, times):
    for _ in range(times):
        lease = work.claim("dead")
        take_up(Q(pk=lease.job.pk))


@pytest.mark.parametrize("losses", [1, 2])
def test_a_worker_lost_once_or_twice_says_nothing_against_the_job(work, losses):
    job = work.one()
    lose(work, losses)
    assert Job.objects.get(pk=job.pk).state is JobStatus.QUEUED
    assert work.run().state is JobStatus.SUCCEEDED


def test_at_the_third_loss_it_fails_and_says_what_to_do(work):
    job = work.one()
    lose(work, 3)
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.error_code) == (JobStatus.FAILED, "poison")
    assert "lost 3 times" in row.error
    assert "retry" in row.error
    assert work.claim() is None
    assert work.followed == ["queued", "queued", "failed"]
    outcomes = JobAttempt.objects.filter(job=job).values_list("outcome", flat=True)
    assert list(outcomes) == ["lost"] * 3


def test_a_person_may_retry_it_and_the_count_begins_anew(work):
    job = work.one()
    lose(work, 3)
    asking.retry(work.creator, Job.objects.get(pk=job.pk))
    lose(work, 2)
    assert work.run().state is JobStatus.SUCCEEDED


def test_the_operator_says_how_often_is_too_often(work):
    job = work.one()
    work.claim("dead")
    take_up(Q(pk=job.pk), poison_losses=1)
    assert Job.objects.get(pk=job.pk).error_code == "poison"


def test_a_worker_that_gave_its_job_back_did_not_lose_it(work):
    job = work.one()
    for _ in range(5):
        work.claim().give_back()
    assert Job.objects.get(pk=job.pk).state is JobStatus.QUEUED
