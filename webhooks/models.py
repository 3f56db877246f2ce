"""Webhooks and their deliveries. A delivery is written in the transaction of what it tells."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from jobs.models import Job
from people.models import Project, User
from studio.lib.lookups import States
from studio.lib.tables import Lookup, Stamped

TYPES = (
    "source.replaced",
    "baseline.changed",
    "qa.finished",
    "embedding.finished",
    "variant.created",
    "variant.status",
    "variant.approved",
    "variant.rejected",
    "job.progress",
    "job.finished",
    "request.finished",
    "server.status",
)
PING = "ping"


class DeliveryStatus(States):
    PENDING = 1, "Waits to be sent, or to be sent again"
    DELIVERED = 2, "The receiver took it"
    FAILED = 3, "The receiver did not take it; an admin may send it again"


class DeliveryStatusRow(Lookup):
    class Meta:
        db_table = "webhook_delivery_statuses"
        verbose_name = "delivery status"
        verbose_name_plural = "delivery statuses"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def hearing(self, event: str, project_ids: list[int]) -> list["Webhook"]:
        """Those that are on and asked for the event, of these projects or of all."""
        here = self.filter(is_active=True).filter(Q(project=None) | Q(project__in=project_ids))
        return [webhook for webhook in here if event in webhook.events]


class Webhook(Stamped):
    """An address that hears of events. Its secret is made of `salt` and the studio's key."""

    name = models.CharField(max_length=120)
    url = models.TextField()
    events = models.JSONField(default=list)
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: it hears of every project.",
    )
    salt = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True, db_default=True)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = WebhookQuerySet.as_manager()

    class Meta:
        db_table = "webhooks"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhook", args=[self.pk])


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def with_all(self) -> Self:
        """With what a list shows, in one query."""
        return self.select_related("webhook", "status", "job")


class Delivery(Stamped):
    """One event for one webhook, and what became of sending it."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.TextField()
    event_id = models.CharField(max_length=64)
    payload = models.JSONField()
    status = models.ForeignKey(
        DeliveryStatusRow,
        on_delete=models.PROTECT,
        default=DeliveryStatus.PENDING,
        related_name="deliveries",
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    elapsed_ms = models.PositiveIntegerField(null=True, blank=True)
    error = models.TextField(blank=True, default="", db_default="")
    attempted_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="idx_webhook_deliveries_newest"),
            models.Index(fields=["created_at"], name="idx_webhook_deliveries_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "event_id"], name="uq_webhook_deliveries_event"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.webhook}"

    @property
    def state(self) -> DeliveryStatus:
        return DeliveryStatus.of(self.status_id)
