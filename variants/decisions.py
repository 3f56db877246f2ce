"""What people decided about variants: each decision a row, those of one go a step, and tags."""

from django.db import models
from django.db.models import Q

from people.models import User
from studio.lib.tables import NamedIndex, Stamped
from variants.vocabulary import RejectReason, VariantStatusRow, Verb


class ReviewStep(Stamped):
    """What a person decided in one go, about one variant or many; it is undone as one.

    `redo_lost`: it was undone, and then something else was decided, so it cannot be redone.
    """

    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    verb = models.TextField(choices=Verb.choices)
    undone_at = models.DateTimeField(null=True, blank=True)
    redo_lost = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "review_steps"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="ck_review_steps_verb", condition=Q(verb__in=Verb.values)),
            models.CheckConstraint(
                name="ck_review_steps_redo_lost",
                condition=Q(redo_lost=False) | Q(undone_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb}, step {self.pk}"


class ReviewDecision(Stamped):
    """One decision about a variant: who, when, why, and what it replaced (evidence).

    `before` and `after` hold the fields that it changed, and nothing else.
    """

    variant = models.ForeignKey("ImageVariant", on_delete=models.CASCADE, related_name="decisions")
    step = models.ForeignKey(
        ReviewStep, null=True, blank=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    verb = models.TextField(choices=Verb.choices)
    from_status = models.ForeignKey(VariantStatusRow, on_delete=models.PROTECT, related_name="+")
    to_status = models.ForeignKey(VariantStatusRow, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reasons = models.ManyToManyField(RejectReason, blank=True, related_name="+")
    note = models.TextField(blank=True, default="", db_default="")
    replaced = models.ForeignKey(
        "ImageVariant", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "review_decisions"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="ck_review_decisions_verb", condition=Q(verb__in=Verb.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.variant_id}"


class VariantTag(Stamped):
    """A word that people put on a variant to find it again."""

    variant = models.ForeignKey("ImageVariant", on_delete=models.CASCADE, related_name="tags")
    name = models.TextField()

    class Meta:
        db_table = "variant_tags"
        ordering = ["name"]
        indexes = [NamedIndex(fields=["name"], name="idx_variant_tags_name")]
        constraints = [
            models.UniqueConstraint(fields=["variant", "name"], name="uq_variant_tags_name"),
            models.CheckConstraint(name="ck_variant_tags_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
