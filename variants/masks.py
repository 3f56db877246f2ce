"""Stored inpaint masks: files of a character, each drawn for one of its images."""

from typing import Self

from django.db import models
from django.db.models import Q

from characters.models import Character, ImageFormat, SourceImage
from people.models import Project, User
from studio.lib.files import rendition_key
from studio.lib.tables import Stamped


class ImageMaskQuerySet(models.QuerySet["ImageMask"]):
    def visible_to(self, user: User) -> Self:
        """Masks of characters that the person may see."""
        return self.filter(character__project__in=Project.objects.visible_to(user))


class ImageMask(Stamped):
    """An 8-bit grey PNG of an image's size, white where the image is to change.

    `coverage` is its mean, 0 to 1. It was drawn for a source image or a variant; one that is purged
    leaves its masks to the edits that were made with them.
    """

    KIND = "mask"

    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="masks")
    edited_source = models.ForeignKey(
        SourceImage, null=True, blank=True, on_delete=models.SET_NULL, related_name="masks"
    )
    edited_variant = models.ForeignKey(
        "variants.ImageVariant",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="masks",
    )
    file_path = models.TextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    file_size_bytes = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    format = models.TextField(choices=ImageFormat.choices, default=ImageFormat.PNG)
    display_ext = models.TextField()
    rendition_hashes = models.JSONField(
        null=True, blank=True, help_text="sha256 of each derived file, by the rendition's name"
    )
    coverage = models.FloatField()
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ImageMaskQuerySet.as_manager()

    class Meta:
        db_table = "image_masks"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["edited_source", "sha256"], name="uq_image_masks_source_sha256"
            ),
            models.UniqueConstraint(
                fields=["edited_variant", "sha256"], name="uq_image_masks_variant_sha256"
            ),
            models.CheckConstraint(
                name="ck_image_masks_one_image",
                condition=Q(edited_source__isnull=True) | Q(edited_variant__isnull=True),
            ),
            models.CheckConstraint(
                name="ck_image_masks_coverage", condition=Q(coverage__gt=0.0, coverage__lte=1.0)
            ),
            models.CheckConstraint(
                name="ck_image_masks_file",
                condition=Q(width__gt=0, height__gt=0, file_size_bytes__gt=0)
                & Q(sha256__regex=r"^[0-9a-f]{64}$")
                & Q(format=ImageFormat.PNG),
            ),
        ]

    def __str__(self) -> str:
        return f"mask {self.pk}"

    @property
    def project_id(self) -> int:
        return self.character.project_id

    def rendition_path(self, rendition: str) -> str:
        """The storage key of `display`, `w256`, `w512` or `w1280`."""
        ext = self.display_ext if rendition == "display" else "webp"
        return rendition_key(self.KIND, self.character_id, self.sha256, rendition, ext)
