"""Generation requests: what a person asked for in one go."""

from typing import Self

from django.db import models
from django.db.models import Q

from comfy_bridge.models import WorkflowVersion
from people.models import Project, User
from studio.lib.tables import Stamped
from variants.vocabulary import Described, VariantType


class GenerationRequestQuerySet(models.QuerySet["GenerationRequest"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.visible_to(user))


class GenerationRequest(Described, Stamped):
    """What a person asked for in one go; it fans out to variants and their jobs."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="requests")
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    variant_type = models.ForeignKey(
        VariantType,
        to_field="name",
        db_column="variant_type",
        on_delete=models.PROTECT,
        related_name="+",
    )
    workflow_version = models.ForeignKey(
        WorkflowVersion, on_delete=models.PROTECT, related_name="+"
    )
    count = models.PositiveIntegerField()
    prompt = models.TextField(blank=True, default="", db_default="")
    negative_prompt = models.TextField(blank=True, default="", db_default="")
    params = models.JSONField(default=dict, blank=True)
    bound = models.JSONField(
        default=dict, blank=True, help_text="Values that the aspect ratio and quality mode bind."
    )
    idempotency_key = models.CharField(max_length=120, blank=True, default="", db_default="")
    overrode_qa = models.BooleanField(default=False, db_default=False)

    objects = GenerationRequestQuerySet.as_manager()

    class Meta:
        db_table = "generation_requests"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="uq_generation_requests_user_key",
            ),
            models.CheckConstraint(name="ck_generation_requests_count", condition=Q(count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.variant_type_id}"
