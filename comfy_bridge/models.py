"""Registered servers, workflows with their versions, and what was submitted where.

It knows nothing of variants or jobs; those point here.
"""

from django.db import models
from django.db.models import Case, Count, Min, Q, Value, When
from django.db.models.functions import Now

from comfy_bridge.bindings import Binding, from_json
from comfy_bridge.catalog import Catalog, stored_catalog
from people.models import User
from studio.lib.lookups import States
from studio.lib.tables import Lookup, Stamped

KINDS = ("img2img", "inpaint", "txt2img")


class ServerStatus(States):
    UNKNOWN = 1, "Not asked yet"
    ONLINE = 2, "Answered the last check"
    OFFLINE = 3, "Did not answer the last check"


class Breaker(models.TextChoices):
    """Whether a server's failures keep work from it; read off the row by the database's clock."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class SubmissionStatus(States):
    PREPARED = 1, "The prompt id is stored; nothing is known to have been sent"
    SENT = 2, "The server has the prompt"
    ENDED = 3, "Ended well"
    FAILED = 4, "Refused, or a node failed"
    LOST = 5, "The server no longer knows it, or its file is gone"
    CANCELLED = 6, "Interrupted"


OPEN = (SubmissionStatus.PREPARED, SubmissionStatus.SENT)
_CLOSED = frozenset(SubmissionStatus) - frozenset(OPEN)
MOVES = {
    SubmissionStatus.PREPARED: frozenset({SubmissionStatus.SENT}) | _CLOSED,
    SubmissionStatus.SENT: _CLOSED,
}


class ServerStatusRow(Lookup):
    class Meta:
        db_table = "comfy_server_statuses"


class SubmissionStatusRow(Lookup):
    class Meta:
        db_table = "comfy_submission_statuses"


class ComfyServerQuerySet(models.QuerySet["ComfyServer"]):
    def with_open(self) -> "models.QuerySet[ComfyServer]":
        """Each with `open_submissions`, `breaker` and `room`, as of this moment."""
        is_open = Q(submissions__status_id__in=OPEN)
        return self.annotate(
            counted_open=Count("submissions", filter=is_open),
            oldest_open_at=Min("submissions__created_at", filter=is_open),
            told_now=Now(),
            told_breaker=Case(
                When(retry_at__isnull=True, then=Value(Breaker.CLOSED)),
                When(retry_at__gt=Now(), then=Value(Breaker.OPEN)),
                default=Value(Breaker.HALF_OPEN),
                output_field=models.TextField(),
            ),
        ).order_by("name", "pk")  # a count drops the model's own order


class ComfyServer(Stamped):
    """A ComfyUI server; `capabilities` holds its version, devices, node classes and models.

    `failures` counts those in a row; from some number on `retry_at` says when it may be tried again
    (health.py). `agent_url` tells temperatures; `restart_hook` names a file of the operator's.
    """

    name = models.TextField()
    url = models.TextField(unique=True)
    slots = models.PositiveSmallIntegerField(default=1, db_default=1)
    status = models.ForeignKey(
        ServerStatusRow,
        on_delete=models.PROTECT,
        default=ServerStatus.UNKNOWN,
        related_name="servers",
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="", db_default="")
    capabilities = models.JSONField(default=dict, blank=True)
    is_sandbox = models.BooleanField(default=False, db_default=False)
    paused = models.BooleanField(default=False, db_default=False)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    agent_url = models.TextField(blank=True, default="", db_default="")
    restart_hook = models.TextField(blank=True, default="", db_default="")

    objects = ComfyServerQuerySet.as_manager()

    class Meta:
        db_table = "comfy_servers"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(slots__gte=1), name="ck_comfy_servers_slots")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def catalog(self) -> Catalog:
        """Node classes and models as last read."""
        return stored_catalog(self.capabilities)

    @property
    def open_submissions(self) -> int:
        """Prompts that are with the server or may be; counted by `with_open`, and only there."""
        return int(self.__dict__["counted_open"])

    @property
    def longest_open_s(self) -> float:
        """How long it has had the oldest of them; 0 without any. Of `with_open`."""
        oldest, now = self.__dict__["oldest_open_at"], self.__dict__["told_now"]
        return float((now - oldest).total_seconds()) if oldest else 0.0

    def take_one(self) -> None:
        """Count one prompt more, here in memory: it is about to be opened."""
        self.__dict__["counted_open"] = self.open_submissions + 1

    @property
    def breaker(self) -> Breaker:
        """Read by `with_open`, and only there."""
        return Breaker(self.__dict__["told_breaker"])

    @property
    def is_accepting(self) -> bool:
        """Whether it may be given work now, be there room or not; of `with_open`."""
        answers = self.status_id == ServerStatus.ONLINE
        return answers and not self.paused and self.breaker is not Breaker.OPEN

    @property
    def room(self) -> int:
        """How many prompts more it takes: one that runs and one that waits per slot.

        While it is tried again after failures it takes one prompt in all. Of `with_open`.
        """
        if not self.is_accepting:
            return 0
        most = 2 * self.slots if self.breaker is Breaker.CLOSED else 1
        return max(0, most - self.open_submissions)

    @property
    def version(self) -> str:
        return str(self.capabilities.get("version", ""))


class Workflow(Stamped):
    """A named way to make pictures; what runs is one of its versions."""

    name = models.TextField(unique=True)
    title = models.TextField()
    kind = models.TextField()
    description = models.TextField(blank=True, default="", db_default="")
    is_archived = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "workflows"
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="ck_workflows_kind")
        ]

    def __str__(self) -> str:
        return self.title

    def latest(self) -> "WorkflowVersion":
        """The newest version. Raises WorkflowVersion.DoesNotExist when there is none."""
        return self.versions.latest("version")


class WorkflowVersion(Stamped):
    """A graph with its bindings; a trigger freezes it once it has been used (`used_at`)."""

    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(default=1, db_default=1)
    graph = models.JSONField()
    bindings = models.JSONField(default=list)
    outputs = models.JSONField(default=list)
    needs = models.JSONField(default=dict)
    content_hash = models.TextField()
    used_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="workflow_versions"
    )

    class Meta:
        db_table = "workflow_versions"
        ordering = ["workflow", "-version"]
        constraints = [
            models.UniqueConstraint("workflow", "version", name="uq_workflow_versions_version"),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="ck_workflow_versions_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow.title}, version {self.version}"

    @property
    def declared_bindings(self) -> tuple[Binding, ...]:
        """The bindings as values enter through them."""
        return from_json(self.bindings)


class Submission(Stamped):
    """One prompt id, stored before it is sent; a new row only after the old one is spent."""

    prompt_id = models.UUIDField(unique=True)
    server = models.ForeignKey(ComfyServer, on_delete=models.PROTECT, related_name="submissions")
    status = models.ForeignKey(
        SubmissionStatusRow,
        on_delete=models.PROTECT,
        default=SubmissionStatus.PREPARED,
        related_name="submissions",
    )
    client_id = models.TextField(blank=True, default="", db_default="")
    graph_hash = models.TextField()
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="", db_default="")
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )

    class Meta:
        db_table = "comfy_submissions"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["server"],
                condition=Q(status__in=OPEN),
                name="idx_comfy_submissions_open",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(status__in=OPEN),
                name="ck_comfy_submissions_ended",
            )
        ]

    def __str__(self) -> str:
        return str(self.prompt_id)

    @property
    def is_open(self) -> bool:
        return self.status_id in OPEN
