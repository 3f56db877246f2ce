"""Asking for work: the row in the caller's transaction, a wake-up after it commits."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Now

from audit.recording import last_by, record, record_all
from jobs import publishing, waking
from jobs.errors import NotCancellable, NotRetryable, NotWaiting
from jobs.handling import registered
from jobs.models import Job, JobKind, JobQuerySet, JobStatus
from jobs.turns import front_turn, next_turns
from people.access import require
from people.models import User

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ask:
    """One job to be done; `url` is where its result can be seen, `groups` who hears of it."""

    kind: str
    title: str
    args: Mapping[str, Any]
    url: str = ""
    groups: Iterable[str] = field(default_factory=tuple)
    needs: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0


def ask(project_id: int, asked_by: User | None, asks: Iterable[Ask]) -> list[Job]:
    """Write one row per job inside the caller's transaction; workers wake after its commit."""
    asks = list(asks)
    turns = {
        queue: iter(next_turns(queue, asked_by, count))
        for queue, count in Counter(registered(entry.kind).queue for entry in asks).items()
    }
    rows = JobKind.objects.filter(name__in={entry.kind for entry in asks}).annotate(now=Now())
    kinds = {row.name: row for row in rows}
    jobs = Job.objects.bulk_create(
        Job(
            kind=kinds[entry.kind],
            queue=registered(entry.kind).queue,
            status_id=JobStatus.QUEUED,
            project_id=project_id,
            asked_by=asked_by,
            title=entry.title,
            url=entry.url,
            args=dict(entry.args),
            needs=dict(entry.needs),
            groups=list(entry.groups),
            priority=entry.priority,
            position=next(turns[registered(entry.kind).queue]),
            # The database's clock, but as values: PostgreSQL then takes many rows as arrays.
            due_at=kinds[entry.kind].now,
            created_at=kinds[entry.kind].now,
            updated_at=kinds[entry.kind].now,
        )
        for entry in asks
    )
    publishing.jobs_asked(jobs)
    log.info("asked for %d jobs: %s", len(jobs), ", ".join(str(job.pk) for job in jobs[:20]))
    wake_later(job.queue for job in jobs)
    return jobs


def wake_later(queues: Iterable[str]) -> None:
    """Wake the queues' workers after the running transaction commits."""
    for queue in dict.fromkeys(queues):
        transaction.on_commit(_waking(queue), robust=True)


def _waking(queue: str) -> Callable[[], None]:
    # A function of its own: Django names a robust hook that broke, and a partial has no name.
    def wake() -> None:
        waking.wake(queue)

    return wake


def cancel(actor: User, job: Job) -> Job:
    """Stop a job: a waiting one at once, a running one by asking its holder."""
    require(actor, "job.cancel", job)
    with transaction.atomic():
        stopped = _cancel(actor, Job.objects.filter(pk=job.pk))
        fresh = Job.objects.select_related("kind").get(pk=job.pk)
        if not stopped:
            raise NotCancellable(
                f"It is {fresh.state.label} already{_by(fresh)}, so there is nothing to cancel.",
                **facts(fresh),
            )
    return fresh


def cancel_all(actor: User, jobs: JobQuerySet) -> int:
    """Stop those that have not ended, of jobs that the person may see; returns how many.

    One statement for those that wait and one for those that run, whatever their number.
    """
    require(actor, "job.cancel")
    with transaction.atomic():
        return _cancel(actor, jobs)


def _cancel(actor: User, jobs: JobQuerySet) -> int:
    # Held, so that none can go from running to waiting between the two statements; by id, so that
    # two people who cancel do not wait for each other in a circle.
    held = dict(jobs.open().select_for_update().order_by("id").values_list("id", "status_id"))
    waiting = {pk for pk, status in held.items() if status == JobStatus.QUEUED}
    Job.objects.filter(pk__in=waiting, status_id=JobStatus.QUEUED).update(
        status_id=JobStatus.CANCELLED,
        cancel_requested_at=Now(),
        finished_at=Now(),
        error_code="cancelled",
        error="Cancelled.",
    )
    Job.objects.filter(pk__in=held, status_id=JobStatus.RUNNING).update(
        cancel_requested_at=Now(), note="Cancelling"
    )
    stopped = list(Job.objects.filter(pk__in=held).select_related("kind").order_by("-id"))
    record_all(actor, "job.cancel", {job: {"title": job.title} for job in stopped})
    for job in stopped:
        entry = registered(job.kind.name)
        if job.pk in waiting and entry.on_change:
            entry.on_change(job)
        publishing.job_changed(job)
    return len(stopped)


def retry(actor: User, job: Job) -> Job:
    """Queue a failed or cancelled job again, as a new attempt group."""
    require(actor, "job.retry", job)
    with transaction.atomic():
        moved = Job.objects.filter(
            pk=job.pk, status_id__in=(JobStatus.FAILED, JobStatus.CANCELLED)
        ).update(
            status_id=JobStatus.QUEUED,
            attempt_group=F("attempt_group") + 1,
            position=next_turns(job.queue, job.asked_by, 1).start,
            cancel_requested_at=None,
            due_at=Now(),
            progress=0.0,
            note="",
            error_code="",
            error="",
            started_at=None,
            finished_at=None,
        )
        fresh = Job.objects.select_related("kind").get(pk=job.pk)
        if not moved:
            raise NotRetryable(
                f"It is {fresh.state.label}{_by(fresh)}: only failed and cancelled jobs can be "
                "retried.",
                **facts(fresh),
            )
        entry = registered(fresh.kind.name)
        if entry.on_change:
            entry.on_change(fresh)
        record(actor, "job.retry", fresh, after={"title": fresh.title})
        publishing.job_changed(fresh)
        wake_later([fresh.queue])
    return fresh


def to_front(actor: User, job: Job) -> Job:
    """Let a waiting job start next, whoever else waits and however long its pause was to be."""
    require(actor, "job.front", job)
    with transaction.atomic():
        waiting = Job.objects.filter(queue=job.queue, status_id=JobStatus.QUEUED)
        highest = waiting.aggregate(highest=Max("priority"))["highest"] or 0
        return _reorder(
            actor,
            job,
            "job.front",
            priority=max(highest, job.priority),
            position=front_turn(job.queue),
            due_at=Now(),
        )


def prioritise(actor: User, job: Job, priority: int) -> Job:
    """Put a waiting job before (or behind) all of lower (or higher) priority; 0 is usual."""
    require(actor, "job.prioritise", job)
    with transaction.atomic():
        return _reorder(actor, job, "job.prioritise", priority=priority)


def _reorder(actor: User, job: Job, verb: str, **changes: Any) -> Job:
    moved = Job.objects.filter(pk=job.pk, status_id=JobStatus.QUEUED).update(**changes)
    fresh = Job.objects.select_related("kind", "asked_by").get(pk=job.pk)
    if not moved:
        raise NotWaiting(
            f"It is {fresh.state.label}{_by(fresh)}: only a waiting job has a place in the queue.",
            **facts(fresh),
        )
    record(actor, verb, fresh, after={"title": fresh.title, "priority": fresh.priority})
    publishing.job_changed(fresh)
    wake_later([fresh.queue])
    return fresh


def facts(job: Job) -> dict[str, Any]:
    """What a refusal says beside its sentence: the state, and who brought it there, if anybody."""
    verbs = {JobStatus.CANCELLED: "job.cancel", JobStatus.QUEUED: "job.retry"}
    verb = verbs.get(job.state)
    return {"state": job.state.label, "by": last_by(job, verb) if verb else None}


def _by(job: Job) -> str:
    who = facts(job)["by"]
    return f" (by {who})" if who else ""
