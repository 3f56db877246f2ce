"""Cancelling and retrying everything that a person asked for, in one go."""

from datetime import timedelta

from django.db.models.functions import Now

from jobs import asking
from jobs.errors import NotRetryable
from jobs.models import Job, JobQuerySet, JobStatus
from people.access import require
from people.models import User

# Calls to other systems (io) only follow what happened: prompts taken back, events told.
WORK = ("comfy", "gpu", "cpu")
# What ended longer ago is history; the list of jobs retries it one by one.
RETRY_WITHIN = timedelta(days=1)


def cancel_mine(actor: User) -> int:
    """Stop all that the person asked for and that has not ended; returns how many jobs."""
    return asking.cancel_all(actor, _mine(actor))


def retry_mine(actor: User) -> int:
    """Queue again what the person asked for and that failed or was cancelled within a day."""
    require(actor, "job.retry")
    ended = _mine(actor).filter(
        status_id__in=(JobStatus.FAILED, JobStatus.CANCELLED),
        finished_at__gt=Now() - RETRY_WITHIN,
    )
    count = 0
    for job in ended.order_by("id"):
        try:
            asking.retry(actor, job)
        except NotRetryable:
            continue  # somebody else queued it between the look and the call
        count += 1
    return count


def _mine(actor: User) -> JobQuerySet:
    return Job.objects.visible_to(actor).filter(asked_by=actor, queue__in=WORK)
