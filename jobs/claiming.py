"""Claiming a job, holding its lease and writing under its fence. Time is the database's."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import Error, close_old_connections, connections, transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce, Now

from jobs import publishing
from jobs.errors import Cancelled, GivenBack, LeaseLost
from jobs.models import IN_TURN, Job, JobAttempt, JobQueue, JobStatus
from studio.lib.errors import StudioError
from studio.lib.fault_points import fault_point
from studio.lib.figures import ATTEMPT_SECONDS

log = logging.getLogger(__name__)

Among = Callable[[QuerySet[Job]], QuerySet[Job]]

PROGRESS_ROW_S = 1.0
PROGRESS_EVENT_S = 0.1
BACKOFF_S = (2.0, 10.0, 60.0)


@dataclass(frozen=True)
class Patience:
    """How often a kind of job is tried, and the pauses between; the last pause goes on."""

    attempts: int
    pauses_s: Sequence[float]


class Timing:
    """Lease and heartbeat in seconds, and the attempts that one asking is worth."""

    def __init__(self, lease_s: float, heartbeat_s: float, max_attempts: int) -> None:
        self.lease_s = lease_s
        self.heartbeat_s = heartbeat_s
        self.max_attempts = max_attempts


def claim(
    queue: str,
    owner: str,
    timing: Timing,
    among: Among | None = None,
    leaving: threading.Event | None = None,
) -> "Lease | None":
    """Take the next due job of `queue` under a lease, or None.

    `among` narrows the due jobs (to those for which a server is free, say); once `leaving` is
    set the job is given back. The choice and the move are one transaction: skip-locked on
    PostgreSQL, an immediate transaction on SQLite.
    """
    with transaction.atomic():
        due = _open_to_claims(queue)
        if due is None:
            return None
        if among:
            due = among(due)
        job = due.select_for_update(skip_locked=True, of=("self",)).order_by(*IN_TURN).first()
        if job is None:
            return None
        taken = Job.objects.filter(pk=job.pk, status_id=JobStatus.QUEUED).update(
            status_id=JobStatus.RUNNING,
            lease_owner=owner,
            lease_until=Now() + timedelta(seconds=timing.lease_s),
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", Now()),
            finished_at=None,
            progress=0.0,
            note="",
            error_code="",
            error="",
        )
        if not taken:
            return None
        job = Job.objects.select_related("kind", "asked_by").get(pk=job.pk)
        JobAttempt.objects.create(job=job, group=job.attempt_group, fence=job.fence, owner=owner)
        publishing.job_changed(job)
        fault_point("claiming.written")
    fault_point("claiming.committed")
    return Lease(job, timing, leaving or threading.Event())


def _open_to_claims(queue: str) -> QuerySet[Job] | None:
    """The due jobs of a queue, without those of people who run as many as they may at once.

    None while the queue is paused. Where there is such a limit the queue's row is held, so that
    two claims at once cannot both take the last place.
    """
    rules = JobQueue.objects.get(name=queue)
    if rules.paused:
        return None
    due: QuerySet[Job] = Job.objects.filter(
        queue=queue, status_id=JobStatus.QUEUED, due_at__lte=Now()
    )
    if rules.user_running_max is None:
        return due
    JobQueue.objects.select_for_update().get(pk=rules.pk)
    running = Job.objects.filter(queue=queue, status_id=JobStatus.RUNNING)
    counts = running.order_by().values("asked_by").annotate(count=Count("pk"))
    full = counts.filter(count__gte=rules.user_running_max).values("asked_by")
    return due.exclude(asked_by__in=full)


class Lease:
    """A running job in the hands of one worker; every write carries the fencing number."""

    def __init__(self, job: Job, timing: Timing, leaving: threading.Event) -> None:
        self.job = job
        self.timing = timing
        self.patience = Patience(timing.max_attempts, BACKOFF_S)
        self._leaving = leaving
        self._lost = threading.Event()
        self._finished = False
        self._begun_at = time.monotonic()
        self._row_at = 0.0
        self._row_owed = False
        self._event_at = 0.0
        self._event_owed = False
        self._preview = ""
        self._cancel_at = 0.0

    # --- holding --------------------------------------------------------------------------------

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Renew the lease from a thread of its own while the body runs."""
        stop = threading.Event()

        def beat() -> None:
            try:
                while not stop.wait(self.timing.heartbeat_s):
                    try:
                        fault_point("heartbeat.due")
                        self.hold()
                        self._tell()
                    except LeaseLost:
                        return
                    except Error:
                        log.warning("job %s: a heartbeat failed", self.job.pk, exc_info=True)
                        close_old_connections()
            finally:
                connections.close_all()

        beating = partial(copy_context().run, beat)  # its lines carry the job's ids too
        thread = threading.Thread(target=beating, name=f"heartbeat-{self.job.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def hold(self) -> None:
        """Renew, and inside a transaction lock the job; LeaseLost when somebody else holds it."""
        self._write(lease_until=Now() + timedelta(seconds=self.timing.lease_s))

    def check_cancel(self, every_s: float = 1.0) -> None:
        """Raise Cancelled when a person asked for it; looks at most once every `every_s`.

        Call it often: it also raises GivenBack when this process is told to end, LeaseLost when
        the job is somebody else's, and tells progress that was held back.
        """
        if self._lost.is_set():
            raise LeaseLost
        if self._leaving.is_set():
            raise GivenBack
        self._tell()
        now = time.monotonic()
        if now - self._cancel_at < every_s:
            return
        self._cancel_at = now
        row = self._held().values("cancel_requested_at").first()
        if row is None:
            self._lost.set()
            raise LeaseLost
        if row["cancel_requested_at"]:
            raise Cancelled("Cancelled.")

    def progress(self, fraction: float, note: str = "", preview: str = "") -> None:
        """Tell how far it is (0 to 1); the row at most once a second, events ten times.

        What comes too soon is held back, and told by the next call, look or heartbeat. `preview` is
        the address of a picture that goes out with the event, to all who hear of the job.
        """
        self.job.progress = min(max(fraction, 0.0), 1.0)
        self.job.note = note
        self._preview = preview or self._preview
        self._row_owed = self._event_owed = True
        self._tell()

    def _tell(self) -> None:
        now = time.monotonic()
        if self._row_owed and now - self._row_at >= PROGRESS_ROW_S:
            self._row_owed, self._row_at = False, now
            self._write(progress=self.job.progress, note=self.job.note)
        if self._event_owed and now - self._event_at >= PROGRESS_EVENT_S:
            self._event_owed, self._event_at = False, now
            preview, self._preview = self._preview, ""
            publishing.job_progress(self.job, preview)

    # --- ending ---------------------------------------------------------------------------------

    @contextmanager
    def finish(self, url: str | None = None, note: str = "") -> Iterator[None]:
        """One transaction that ends the job well and holds the rows the body writes.

        `note` is a sentence that stays where all went well but not as it should.
        """
        with transaction.atomic():
            changes: dict[str, Any] = {"url": url} if url is not None else {}
            self._end(JobStatus.SUCCEEDED, "succeeded", progress=1.0, note=note, **changes)
            yield
            fault_point("finishing.written")
        self._finished = True
        fault_point("finishing.committed")

    def succeed(self) -> None:
        """End the job well when there are no rows to write with it."""
        with self.finish():
            return

    def require_finished(self) -> None:
        """A handler that returned without `finish` has a bug: say so instead of leaving it."""
        if not self._finished:
            raise RuntimeError(f"the handler of job {self.job.pk} returned without finishing")

    def failed(self, error: StudioError) -> Job:
        """Failed for good, with the error's sentence."""
        return self._end(JobStatus.FAILED, "failed", error_code=error.code, error=error.sentence)

    def cancelled(self, error: Cancelled) -> Job:
        """Stopped, as a person asked."""
        return self._end(
            JobStatus.CANCELLED, "cancelled", error_code=error.code, error=error.sentence
        )

    def retry_or_fail(self, error: StudioError) -> Job:
        """Back to the queue with a growing, jittered delay; failed when the attempts are used.

        Only attempts that ended in an error count: a lost worker says nothing against the job.
        Whoever asked to cancel meanwhile gets that.
        """
        if self._held().filter(cancel_requested_at__isnull=False).exists():
            return self.cancelled(Cancelled("Cancelled."))
        mine = JobAttempt.objects.filter(job=self.job, group=self.job.attempt_group)
        used = mine.filter(outcome="retried").count()
        if used + 1 >= self.patience.attempts:
            return self.failed(error)
        pauses_s = self.patience.pauses_s
        delay_s = pauses_s[min(used, len(pauses_s) - 1)] * random.uniform(0.5, 1.5)  # noqa: S311  no secret
        return self._end(
            JobStatus.QUEUED,
            "retried",
            due_at=Now() + timedelta(seconds=delay_s),
            error_code=error.code,
            error=error.sentence,
        )

    def give_back(self) -> Job:
        """Back to the queue at once, for another worker: this process ends."""
        return self._end(JobStatus.QUEUED, "given_back", due_at=Now())

    # --- writing --------------------------------------------------------------------------------

    def _held(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, fence=self.job.fence, status_id=JobStatus.RUNNING)

    def _write(self, **changes: Any) -> None:
        if self._lost.is_set() or not self._held().update(**changes):
            self._lost.set()
            raise LeaseLost

    def _end(self, status: JobStatus, outcome: str, **changes: Any) -> Job:
        open_again = {"progress": 0.0, "note": ""}
        ended = open_again if status is JobStatus.QUEUED else {"finished_at": Now()}
        self._write(status_id=status, lease_owner="", lease_until=None, **ended, **changes)
        JobAttempt.objects.filter(job=self.job, fence=self.job.fence).update(
            finished_at=Now(),
            outcome=outcome,
            error_code=changes.get("error_code", ""),
            error=changes.get("error", ""),
        )
        job = Job.objects.select_related("kind", "asked_by").get(pk=self.job.pk)
        publishing.job_changed(job)
        took = ATTEMPT_SECONDS.labels(job.kind.name, outcome)
        seconds = time.monotonic() - self._begun_at
        transaction.on_commit(partial(took.observe, seconds))
        said = "job %s (%s) ended: %s after %.1f s"
        transaction.on_commit(partial(log.info, said, job.pk, job.kind.name, outcome, seconds))
        return job
