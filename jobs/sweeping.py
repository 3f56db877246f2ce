"""The guarantee behind every wake-up: lost leases go back to the queue, due queues are woken.

Safe to run in several processes at once.
"""

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from jobs import publishing, waking
from jobs.handling import registered
from jobs.models import Job, JobAttempt, JobStatus

log = logging.getLogger(__name__)

_chores: list[Callable[[], None]] = []


def chore(work: Callable[[], None]) -> Callable[[], None]:
    """Register something to do at every round (a health check, say)."""
    _chores.append(work)
    return work


def sweep() -> int:
    """One round: take up what was lost, wake what is due, do the chores; returns what was lost."""
    lost = take_up(Q(lease_until__lt=Now()))
    due = Job.objects.filter(status_id=JobStatus.QUEUED, due_at__lte=Now())
    for queue in due.order_by().values_list("queue", flat=True).distinct():
        waking.wake(queue)
    for work in _chores:
        try:
            work()
        except Exception:
            log.exception("a chore of the sweeper broke; the next round tries again")
    return lost


def take_up(which: Q) -> int:
    """Send the running jobs that match back to the queue; returns how many."""
    count = 0
    running = Job.objects.filter(which, status_id=JobStatus.RUNNING)
    for job in running.select_related("kind"):
        with transaction.atomic():
            moved = Job.objects.filter(
                which, pk=job.pk, status_id=JobStatus.RUNNING, fence=job.fence
            ).update(
                status_id=_after_loss(job),
                lease_owner="",
                lease_until=None,
                due_at=Now(),
                finished_at=Now() if job.cancel_requested_at else None,
            )
            if not moved:
                continue
            JobAttempt.objects.filter(job=job, fence=job.fence).update(
                finished_at=Now(), outcome="lost"
            )
            fresh = Job.objects.select_related("kind").get(pk=job.pk)
            entry = registered(fresh.kind.name)
            if entry.on_change:
                entry.on_change(fresh)
            publishing.job_changed(fresh)
        count += 1
        log.info("job %s: its worker was lost; it is %s again", job.pk, fresh.state.label)
    return count


def _after_loss(job: Job) -> JobStatus:
    return JobStatus.CANCELLED if job.cancel_requested_at else JobStatus.QUEUED
