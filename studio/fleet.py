"""What the rows say of the whole fleet: queues, processes, servers, what failed lately.

Read in a fixed number of queries, by the database clock; the metrics and the operator page both
tell these figures. It changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, Max, Min
from django.db.models.functions import Now

from comfy_bridge.models import ComfyServer
from jobs import attending
from jobs.models import QUEUES, Job, JobAttempt, JobQueue, JobStatus, Worker, WorkerStatus
from studio.lib import figures

LATELY = timedelta(days=1)
# Whoever has ended still tells what it counted, until every scraper has come by.
COUNTED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Queue:
    """One queue; ages in seconds, of the job that has been due, or running, the longest."""

    name: str
    waiting: int
    running: int
    oldest_waiting_s: float
    oldest_running_s: float
    served_by: int
    paused: bool


@dataclass(frozen=True)
class Process:
    """One process that reported within the last day, and the jobs it holds."""

    row: Worker
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Server:
    """A ComfyUI server with its open prompts counted, and how many slots they take."""

    row: ComfyServer

    @property
    def busy(self) -> int:
        return min(self.row.slots, self.row.open_submissions)

    @property
    def percent(self) -> int:
        return round(100 * self.busy / self.row.slots)


@dataclass(frozen=True)
class Failures:
    """Jobs of one kind that failed of one cause within the last day."""

    kind: str
    code: str
    count: int
    last_at: datetime


@dataclass(frozen=True)
class Fleet:
    """Everything that the rows tell, and what every process has counted, by its name."""

    queues: tuple[Queue, ...]
    processes: tuple[Process, ...]
    servers: tuple[Server, ...]
    failures: tuple[Failures, ...]
    attempts: dict[str, int]
    counts: dict[str, figures.Snapshot]

    @property
    def present(self) -> list[Process]:
        """The processes that have not ended, as far as anybody knows."""
        return [one for one in self.processes if one.row.state is not WorkerStatus.OFFLINE]

    @property
    def ended(self) -> int:
        return len(self.processes) - len(self.present)

    @property
    def failed(self) -> int:
        return sum(failures.count for failures in self.failures)

    @property
    def leases_lost(self) -> int:
        """How many attempts ended with a lost lease within the last day."""
        return self.attempts.get("lost", 0)


def read() -> Fleet:
    """The fleet at this moment."""
    workers = list(Worker.objects.select_related("status").order_by("kind", "host", "pid", "pk"))
    there = set(attending.seen().values_list("pk", flat=True))
    held = _held()
    return Fleet(
        queues=_queues([row for row in workers if row.pk in there]),
        processes=tuple(Process(row, tuple(held.get(row.owner, ()))) for row in workers),
        servers=tuple(
            Server(row) for row in ComfyServer.objects.with_open().select_related("status")
        ),
        failures=_failures(),
        attempts=_attempts(),
        counts=_counts(workers),
    )


def _queues(there: Iterable[Worker]) -> tuple[Queue, ...]:
    waiting = _ages(JobStatus.QUEUED, "due_at")
    running = _ages(JobStatus.RUNNING, "started_at")
    paused = set(JobQueue.objects.filter(paused=True).values_list("name", flat=True))
    served = [queue for worker in there for queue in worker.queues]
    queues = []
    for name in QUEUES:
        (waiting_count, waiting_s), (running_count, running_s) = (
            ages.get(name, (0, 0.0)) for ages in (waiting, running)
        )
        queues.append(
            Queue(
                name,
                waiting_count,
                running_count,
                waiting_s,
                running_s,
                served.count(name),
                name in paused,
            )
        )
    return tuple(queues)


def _ages(status: JobStatus, since: str) -> dict[str, tuple[int, float]]:
    """By queue, how many jobs are in that state and since how many seconds the first one is."""
    age = ExpressionWrapper(Now() - Min(since), output_field=DurationField())
    rows = Job.objects.filter(status_id=status).order_by().values("queue")
    return {
        row["queue"]: (row["count"], max(0.0, row["age"].total_seconds() if row["age"] else 0.0))
        for row in rows.annotate(count=Count("pk"), age=age)
    }


def _held() -> dict[str, list[Job]]:
    held: dict[str, list[Job]] = {}
    for job in (
        Job.objects.filter(status_id=JobStatus.RUNNING).select_related("kind").order_by("pk")
    ):
        held.setdefault(job.lease_owner, []).append(job)
    return held


def _failures() -> tuple[Failures, ...]:
    rows = (
        Job.objects.filter(status_id=JobStatus.FAILED, finished_at__gt=Now() - LATELY)
        .order_by()
        .values("kind__name", "error_code")
        .annotate(count=Count("pk"), last_at=Max("finished_at"))
        .order_by("-count", "kind__name", "error_code")
    )
    return tuple(
        Failures(row["kind__name"], row["error_code"], row["count"], row["last_at"]) for row in rows
    )


def _attempts() -> dict[str, int]:
    """How attempts ended within the last day."""
    rows = JobAttempt.objects.filter(finished_at__gt=Now() - LATELY).order_by().values("outcome")
    return {row["outcome"]: row["count"] for row in rows.annotate(count=Count("pk"))}


def _counts(workers: Iterable[Worker]) -> dict[str, figures.Snapshot]:
    """What each process has counted: this one as of now, the others as of their last beat."""
    workers = list(workers)
    newest = max((row.last_seen_at for row in workers), default=None)
    own = attending.own_name() or "this"
    counts: dict[str, figures.Snapshot] = {
        row.owner: row.figures
        for row in workers
        if row.state is not WorkerStatus.OFFLINE
        or (newest is not None and newest - row.last_seen_at < COUNTED_FOR)
    }
    return {**counts, own: figures.snapshot()}
