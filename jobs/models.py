"""Jobs: units of background work that a person can see, cancel and retry. Knows no images."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from people.models import Project, User
from studio.lib.lookups import States
from studio.lib.tables import Lookup, Stamped

QUEUES = {
    "comfy": "Generation by ComfyUI",
    "gpu": "Faces: detection, embedding, likeness",
    "cpu": "Automatic checks of pixels",
    "io": "Short calls to other systems",
}
# Kinds whose jobs the tray and the live events leave out (jobs.handling registers them).
QUIET_KINDS: set[str] = set()
# Kinds that follow from others by themselves: their good end is not shown as a result.
FOLLOWING_KINDS: set[str] = set()
# From so much progress and so many seconds on, what is left is estimated.
ESTIMATED_FROM = 0.05
ESTIMATED_FROM_S = 2.0
PROCESSES = ("embedded", "web", "worker", "sweeper")


class JobStatus(States):
    QUEUED = 1, "Waiting for a worker"
    RUNNING = 2, "A worker holds its lease"
    SUCCEEDED = 3, "Done"
    FAILED = 4, "Ended in an error; a person may retry it"
    CANCELLED = 5, "Stopped by a person"


MOVES = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.CANCELLED}),
    JobStatus.RUNNING: frozenset(
        {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.QUEUED}
    ),
    JobStatus.FAILED: frozenset({JobStatus.QUEUED}),
    JobStatus.CANCELLED: frozenset({JobStatus.QUEUED}),
}
OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)
# The order in which waiting jobs start; jobs.showing counts by the same.
IN_TURN = ("-priority", "position", "id")


class JobStatusRow(Lookup):
    class Meta:
        db_table = "job_statuses"
        verbose_name = "job status"
        verbose_name_plural = "job statuses"


class JobKind(Lookup):
    """What a handler is registered for; synchronised from the registry after every migrate."""

    queue = models.TextField()

    class Meta:
        db_table = "job_kinds"
        constraints = [
            models.CheckConstraint(condition=Q(queue__in=tuple(QUEUES)), name="ck_job_kinds_queue")
        ]


class JobQueue(Lookup):
    """How one queue is steered; one row per queue, written after every migrate."""

    paused = models.BooleanField(
        default=False, db_default=False, help_text="Nothing more of it starts; what runs goes on."
    )
    user_running_max = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Most jobs of one person that run at once. Empty: no limit.",
    )
    user_waiting_max = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Most jobs that one person may have waiting; more are refused. Empty: no limit.",
    )

    # Filled by `queues.counted`, and only there.
    waiting: int
    running: int
    oldest_waiting_at: datetime | None

    class Meta:
        db_table = "job_queues"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(name__in=tuple(QUEUES)), name="ck_job_queues_name")
        ]


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> Self:
        """Jobs of projects that the person may see."""
        return self.filter(project__in=Project.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status_id__in=OPEN)

    def for_people(self) -> Self:
        """Without those that the tray leaves out."""
        return self.exclude(kind__name__in=QUIET_KINDS) if QUIET_KINDS else self


class Job(Stamped):
    """One unit of background work; the row is the truth, a message only wakes a worker."""

    kind = models.ForeignKey(JobKind, on_delete=models.PROTECT, related_name="jobs")
    queue = models.TextField()
    status = models.ForeignKey(
        JobStatusRow, on_delete=models.PROTECT, default=JobStatus.QUEUED, related_name="jobs"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    title = models.TextField()
    url = models.TextField(blank=True, default="", db_default="")
    args = models.JSONField(default=dict)
    needs = models.JSONField(default=dict, blank=True)
    groups = models.JSONField(default=list, blank=True)
    priority = models.SmallIntegerField(default=0, db_default=0)
    position = models.BigIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=models.functions.Now())
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    attempt_group = models.PositiveIntegerField(default=1, db_default=1)
    lease_owner = models.TextField(blank=True, default="", db_default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0, db_default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0.0, db_default=0.0)
    note = models.TextField(blank=True, default="", db_default="")
    error_code = models.TextField(blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "jobs"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["queue", "-priority", "position", "id"],
                name="idx_jobs_due",
                condition=Q(status=1),
            ),
            models.Index(fields=["lease_until"], name="idx_jobs_lease", condition=Q(status=2)),
            models.Index(fields=["project", "-id"], name="idx_jobs_project"),
            models.Index(fields=["finished_at"], name="idx_jobs_failed", condition=Q(status=4)),
            models.Index(
                fields=["queue", "-position"],
                name="idx_jobs_served",
                condition=Q(started_at__isnull=False),
            ),
            models.Index(fields=["queue", "asked_by", "-position"], name="idx_jobs_turn"),
        ]
        constraints = [
            models.CheckConstraint(
                name="ck_jobs_leased_while_running",
                condition=(
                    Q(status=JobStatus.RUNNING, lease_until__isnull=False) & ~Q(lease_owner="")
                )
                | (~Q(status=JobStatus.RUNNING) & Q(lease_owner="", lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="ck_jobs_progress", condition=Q(progress__gte=0.0, progress__lte=1.0)
            ),
            models.CheckConstraint(condition=Q(queue__in=tuple(QUEUES)), name="ck_jobs_queue"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> JobStatus:
        return JobStatus.of(self.status_id)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_waiting(self) -> bool:
        return self.state is JobStatus.QUEUED

    @property
    def is_retryable(self) -> bool:
        return self.state in (JobStatus.FAILED, JobStatus.CANCELLED)

    @property
    def percent(self) -> int:
        return round(self.progress * 100)

    @property
    def elapsed_s(self) -> float | None:
        """Seconds since it began, or that it took; None before it began."""
        if self.started_at is None:
            return None
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()

    @property
    def left_s(self) -> float | None:
        """About how many seconds are left, by how far it came in how long; None until that says
        something, and after a second attempt, which began anew."""
        if self.state is not JobStatus.RUNNING or self.attempts > 1 or not self.elapsed_s:
            return None
        if self.progress < ESTIMATED_FROM or self.elapsed_s < ESTIMATED_FROM_S:
            return None
        return self.elapsed_s * (1 - self.progress) / self.progress

    def url_for(self, user: User) -> str:
        """Where its result can be seen by this person: pages of the admin by admins alone."""
        return self.url if user.is_admin else self.public_url

    @property
    def public_url(self) -> str:
        """The same for everybody who sees the job."""
        return "" if self.url.startswith(reverse("admin:index")) else self.url


class JobAttempt(Stamped):
    """One time that a worker took the job up, and how that ended (evidence)."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="attempt_rows")
    group = models.PositiveIntegerField()
    fence = models.BigIntegerField()
    owner = models.TextField()
    started_at = models.DateTimeField(db_default=models.functions.Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, default="", db_default="")
    error_code = models.TextField(blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "job_attempts"
        ordering = ["id"]
        indexes = [models.Index(fields=["finished_at"], name="idx_job_attempts_finished")]
        constraints = [
            models.UniqueConstraint(fields=["job", "fence"], name="uq_job_attempts_fence")
        ]

    def __str__(self) -> str:
        return f"attempt {self.fence} of job {self.job_id}"


class WorkerStatus(States):
    ONLINE = 1, "Reports that it is there, and has nothing to do"
    BUSY = 2, "Reports that it is there, and holds jobs"
    STALE = 3, "Has not reported for a while"
    OFFLINE = 4, "Has ended, or has not reported for long"


class WorkerStatusRow(Lookup):
    class Meta:
        db_table = "worker_statuses"
        verbose_name = "worker status"
        verbose_name_plural = "worker statuses"


class Worker(Stamped):
    """A process of the product, as it reports itself; `owner` is what its leases are held under.

    `figures` are its counts since it started. A process that serves pages has no queues.
    """

    owner = models.TextField(unique=True)
    kind = models.TextField()
    queues = models.JSONField(default=list, blank=True)
    host = models.TextField()
    pid = models.PositiveIntegerField()
    status = models.ForeignKey(
        WorkerStatusRow,
        on_delete=models.PROTECT,
        default=WorkerStatus.ONLINE,
        related_name="workers",
    )
    started_at = models.DateTimeField(db_default=models.functions.Now())
    last_seen_at = models.DateTimeField(db_default=models.functions.Now())
    figures = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "workers"
        ordering = ["kind", "host", "pid"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PROCESSES), name="ck_workers_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pid} on {self.host}"

    @property
    def state(self) -> WorkerStatus:
        return WorkerStatus.of(self.status_id)
