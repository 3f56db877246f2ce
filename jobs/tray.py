"""The tray on every page: what runs, waits and has just ended, of mine or of everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.db.models.functions import Now
from django.utils import timezone

from jobs.models import FOLLOWING_KINDS, IN_TURN, Job, JobQuerySet, JobQueue, JobStatus
from jobs.showing import Shown, shown
from people import workspace
from people.access import can
from people.models import User
from people.views import Request

OPEN_ROWS = 7
ROWS = 10
NEWEST = 60  # of so many newest jobs those that have ended are shown
DONE_FOR = timedelta(hours=1)
FAILED_FOR = timedelta(days=1)
PAGE = "tray"
WHOSE = {"all": "Everybody", "mine": "Mine"}


@dataclass(frozen=True)
class Tray:
    """What a person is shown; the counts are of everybody's jobs, or of theirs alone."""

    whose: str
    jobs: list[Shown]
    running: int
    waiting: int
    failed: int
    may_steer: bool
    may_pause: bool
    queues: list[JobQueue]

    @property
    def paused(self) -> list[JobQueue]:
        return [queue for queue in self.queues if queue.paused]

    @property
    def generation(self) -> JobQueue | None:
        """The queue that most wait in, to be paused from here."""
        return next((queue for queue in self.queues if queue.name == "comfy"), None)


def keep_whose(user: User, whose: str) -> None:
    """Remember whose jobs the person wants to see; other words change nothing."""
    if whose in WHOSE:
        workspace.leave(user, PAGE, {"whose": whose})


def tray_of(request: Request) -> Tray:
    """The tray of who asks: running first, then waiting in their turn, then what has just ended."""
    user = request.user
    whose = workspace.left(user, PAGE).get("whose", "all")
    jobs = Job.objects.visible_to(user).for_people()
    if whose == "mine":
        jobs = jobs.filter(asked_by=user)
    failed = jobs.filter(status_id=JobStatus.FAILED, finished_at__gt=Now() - FAILED_FOR)
    return Tray(
        whose=whose,
        jobs=shown(request, _rows(jobs.select_related("kind", "status", "asked_by"))),
        may_steer=bool(can(user, "job.cancel")),
        may_pause=bool(can(user, "queue.steer")),
        queues=list(JobQueue.objects.all()),
        running=jobs.filter(status_id=JobStatus.RUNNING).count(),
        waiting=jobs.filter(status_id=JobStatus.QUEUED).count(),
        failed=failed.count(),
    )


def _rows(jobs: JobQuerySet) -> Sequence[Job]:
    running = jobs.filter(status_id=JobStatus.RUNNING).order_by("started_at", "pk")
    waiting = jobs.filter(status_id=JobStatus.QUEUED).order_by(*IN_TURN)
    going = [*running[:OPEN_ROWS], *waiting[:OPEN_ROWS]][:OPEN_ROWS]
    ended = (job for job in jobs.order_by("-pk")[:NEWEST] if _has_just_ended(job))
    return [*going, *islice(ended, ROWS - len(going))]


def _has_just_ended(job: Job) -> bool:
    if job.finished_at is None:
        return False
    age = timezone.now() - job.finished_at
    if job.state is JobStatus.SUCCEEDED:
        return age < DONE_FOR and job.kind.name not in FOLLOWING_KINDS
    return job.state is JobStatus.FAILED and age < FAILED_FOR
