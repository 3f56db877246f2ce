"""The guarantee behind every wake-up: lost leases go back to the queue, due queues are woken.

Safe to run in several processes at once.
"""

import logging
import threading
from collections.abc import Callable
from functools import partial

from django.db import close_old_connections
from django.db.models import Q
from django.db.models.functions import Now

from jobs import publishing, waking
from jobs.errors import LeaseLost
from jobs.handling import mirrored
from jobs.models import Job, JobAttempt, JobQueue, JobStatus
from studio.lib.fault_points import fault_point
from studio.lib.figures import LEASES_LOST

log = logging.getLogger(__name__)

POISON_LOSSES = 3

_chores: list[Callable[[], None]] = []


def chore(work: Callable[[], None]) -> Callable[[], None]:
    """Register something to do at every round (a health check, say)."""
    _chores.append(work)
    return work


def sweep(poison_losses: int = POISON_LOSSES) -> int:
    """One round: take up what was lost, wake what is due; returns how many were lost."""
    lost = take_up(Q(lease_until__lt=Now()), poison_losses)
    paused = JobQueue.objects.filter(paused=True).values("name")
    due = Job.objects.filter(status_id=JobStatus.QUEUED, due_at__lte=Now())
    due = due.exclude(queue__in=paused)
    for queue in due.order_by().values_list("queue", flat=True).distinct():
        waking.wake(queue)
    return lost


def do_chores() -> None:
    """Do every chore once; one that breaks does not keep the others from theirs."""
    for work in _chores:
        try:
            work()
        except Exception:
            if not threading.main_thread().is_alive():
                return  # the process ends, which takes from under a chore what it needs
            log.exception("a chore of the sweeper broke; the next round tries again")


def keep_sweeping(stop: threading.Event, every_s: float, poison_losses: int) -> None:
    """Rounds until `stop` is set; the chores have a thread of their own, for they may be slow."""
    chores = partial(_again, do_chores, stop, every_s)
    threading.Thread(target=chores, name="chores", daemon=True).start()
    _again(partial(sweep, poison_losses), stop, every_s)


def _again(work: Callable[[], object], stop: threading.Event, every_s: float) -> None:
    while not stop.is_set():
        close_old_connections()
        try:
            work()
        except Exception:
            log.exception("a round of the sweeper broke; the next one tries again")
        stop.wait(every_s)


def take_up(which: Q, poison_losses: int = POISON_LOSSES) -> int:
    """Send the running jobs that match back to the queue; returns how many.

    One that a person asked to cancel is cancelled; one whose worker was lost `poison_losses` times
    since it was asked for fails as poison, lest it end one worker after the other.
    """
    count = 0
    for job in Job.objects.filter(which, status_id=JobStatus.RUNNING):
        try:
            moved = mirrored(partial(_lose, which, job, poison_losses))
        except LeaseLost:
            continue  # renewed, ended, or taken up by another sweeper meanwhile
        count += 1
        LEASES_LOST.labels(moved.kind.name).inc()
        log.info("job %s: its worker was lost; it is %s now", job.pk, moved.state.label)
    return count


def _lose(which: Q, job: Job, poison_losses: int) -> Job:
    changes: dict[str, object] = {"status_id": JobStatus.QUEUED, "progress": 0.0, "note": ""}
    if job.cancel_requested_at:
        changes = {
            "status_id": JobStatus.CANCELLED,
            "finished_at": Now(),
            "error_code": "cancelled",
            "error": "Cancelled.",
        }
    elif _losses(job) + 1 >= poison_losses:
        changes = {
            "status_id": JobStatus.FAILED,
            "finished_at": Now(),
            "error_code": "poison",
            "error": f"Its worker was lost {poison_losses} times while it ran, so it is not tried "
            "again by itself. See the workers' log, then retry it.",
        }
    held = Job.objects.filter(which, pk=job.pk, status_id=JobStatus.RUNNING, fence=job.fence)
    if not held.update(lease_owner="", lease_until=None, due_at=Now(), **changes):
        raise LeaseLost
    JobAttempt.objects.filter(job=job, fence=job.fence).update(
        finished_at=Now(),
        outcome="lost",
        error_code=changes.get("error_code", ""),
        error=changes.get("error", ""),
    )
    fresh = Job.objects.select_related("kind").get(pk=job.pk)
    publishing.job_changed(fresh)
    fault_point("sweeping.written")
    return fresh


def _losses(job: Job) -> int:
    mine = JobAttempt.objects.filter(job=job, group=job.attempt_group)
    return mine.filter(outcome="lost").count()
