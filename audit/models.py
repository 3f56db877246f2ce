"""The audit record. Points at records by label and key only, so that it outlives them."""

from typing import Self

from django.db import models

from people.models import User
from studio.lib.tables import Stamped


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: User) -> Self:
        """Admins read everything; everybody else reads what they did themselves."""
        return self if user.is_admin else self.filter(actor=user)


class AuditEvent(Stamped):
    """One thing that happened; rows are never changed or deleted (a trigger sees to it)."""

    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verb = models.TextField(db_index=True)
    model_label = models.TextField()
    object_pk = models.TextField()
    project_ref = models.BigIntegerField(null=True, blank=True, db_index=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True, default="", db_default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    channel = models.TextField(blank=True, default="", db_default="")

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        db_table = "audit_events"
        ordering = ["-id"]
        indexes = [models.Index(fields=["model_label", "object_pk"], name="idx_audit_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.model_label} {self.object_pk}"
