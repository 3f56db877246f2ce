"""The queues themselves: pausing and resuming one, and what one person may have in it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q

from audit.recording import record
from jobs import publishing
from jobs.asking import wake_later
from jobs.errors import NoSuchQueue, TooManyWaiting
from jobs.models import Job, JobQueue, JobStatus
from people.access import require
from people.models import User


def queue_named(name: str) -> JobQueue:
    """The queue of that name, with counts. Raises NoSuchQueue."""
    for queue in counted():
        if queue.name == name:
            return queue
    raise NoSuchQueue(f"There is no queue {name!r}.")


def counted() -> list[JobQueue]:
    """Every queue with `waiting`, `running` and `oldest_waiting_at`, in two queries."""
    waiting = Q(status_id=JobStatus.QUEUED)
    rows = (
        Job.objects.open()
        .order_by()
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=waiting),
            running=Count("pk", filter=~waiting),
            oldest=Min("created_at", filter=waiting),
        )
    )
    counts: dict[str, Mapping[str, Any]] = {row["queue"]: row for row in rows}
    nothing = {"waiting": 0, "running": 0, "oldest": None}
    queues = list(JobQueue.objects.all())
    for queue in queues:
        row = counts.get(queue.name, nothing)
        queue.waiting, queue.running = row["waiting"], row["running"]
        queue.oldest_waiting_at = row["oldest"]
    return queues


def pause(actor: User, queue: JobQueue) -> None:
    """Start nothing more of this queue; what runs goes on. Pausing twice changes nothing."""
    _set_paused(actor, queue, paused=True)


def resume(actor: User, queue: JobQueue) -> None:
    """Start work again, at once."""
    _set_paused(actor, queue, paused=False)


def _set_paused(actor: User, queue: JobQueue, *, paused: bool) -> None:
    require(actor, "queue.steer")
    with transaction.atomic():
        if not JobQueue.objects.filter(pk=queue.pk, paused=not paused).update(paused=paused):
            return
        record(actor, "queue.pause" if paused else "queue.resume", queue)
        publishing.queue_changed(queue.name, paused=paused)
        wake_later([queue.name])


def require_room(person: User, queue: str, count: int) -> None:
    """Refuse a wish of `count` jobs that goes beyond what one person may have waiting.

    Raises TooManyWaiting. Only what a person asks for is counted here, never what follows from it.
    """
    most = JobQueue.objects.values_list("user_waiting_max", flat=True).get(name=queue)
    if most is None:
        return
    waiting = Job.objects.filter(queue=queue, asked_by=person, status_id=JobStatus.QUEUED).count()
    if waiting + count > most:
        raise TooManyWaiting(
            f"You have {waiting:,} jobs waiting, and {count:,} more would be over the limit of "
            f"{most:,}. Wait until some are done, or cancel some.",
            limit=most,
            waiting=waiting,
        )
