"""Rows of what left the studio, and of recipes run a second time. Knows no step that writes them.

Apart from `models`, which loads it; both name variants by their label.
"""

from typing import Self

from django.db import models
from django.db.models import Q

from people.models import Project, User
from studio.lib.tables import Stamped


class VariantExportQuerySet(models.QuerySet["VariantExport"]):
    def visible_to(self, user: User) -> Self:
        """Exports of variants that the person may see."""
        return self.filter(variant__character__project__in=Project.objects.visible_to(user))

    def out(self) -> Self:
        """Neither re-imported nor cancelled so far."""
        return self.filter(returned_at__isnull=True)


class VariantExport(Stamped):
    """One file that was given out: who, when, its hash, and what came back (evidence)."""

    variant = models.ForeignKey(
        "variants.ImageVariant", on_delete=models.CASCADE, related_name="exports"
    )
    token = models.CharField(max_length=32, unique=True)
    file_name = models.TextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    file_size_bytes = models.BigIntegerField()
    sidecar = models.JSONField(help_text="The provenance that was given out with the file")
    export_path = models.TextField(
        blank=True, default="", db_default="", help_text="Where it lies in the export directory"
    )
    exported_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    returned_as = models.ForeignKey(
        "variants.ImageVariant",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The version that came back; empty when the edit was cancelled",
    )

    objects = VariantExportQuerySet.as_manager()

    class Meta:
        db_table = "variant_exports"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="ck_variant_exports_hashes",
                condition=Q(
                    token__regex=r"^[0-9a-f]{32}$",  # noqa: S106  a pattern
                    sha256__regex=r"^[0-9a-f]{64}$",
                ),
            ),
            models.CheckConstraint(
                name="ck_variant_exports_returned_as",
                condition=Q(returned_as__isnull=True) | Q(returned_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def project_id(self) -> int:
        return self.variant.project_id

    @property
    def sidecar_name(self) -> str:
        return f"{self.file_name}.json"


class Reproduction(Stamped):
    """A variant made by running another one's recipe again, and how far apart the two are."""

    variant = models.OneToOneField(
        "variants.ImageVariant", on_delete=models.CASCADE, related_name="reproduction"
    )
    original = models.ForeignKey(
        "variants.ImageVariant", on_delete=models.CASCADE, related_name="reproductions"
    )
    pixel_mean = models.FloatField(null=True, blank=True, help_text="Mean difference, 0 to 255")
    pixel_max = models.FloatField(null=True, blank=True, help_text="Largest difference, 0 to 255")
    pixel_share = models.FloatField(
        null=True, blank=True, help_text="Share of pixels that differ at all, 0 to 1"
    )
    phash_distance = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Differing bits of 64"
    )
    ssim = models.FloatField(null=True, blank=True, help_text="Structural similarity, at most 1")
    compared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "variant_reproductions"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.variant_id} again from {self.original_id}"
