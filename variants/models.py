"""Variants: images derived from a character's source, who asked for them, how they were judged."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse

from characters.models import Character, ImageFormat, SourceImage
from comfy_bridge.models import Submission, Workflow, WorkflowVersion
from jobs.models import Job
from people.models import Project, User
from qa.models import FaceEmbedding, QAReport
from studio.lib.aggregates import JSONList
from studio.lib.files import rendition_key
from studio.lib.tables import NamedIndex, Stamped
from variants import exports, sorting
from variants.decisions import ReviewDecision, ReviewStep, VariantTag
from variants.masks import ImageMask
from variants.places import ReviewHabit, ReviewPlace, SavedView
from variants.requests import GenerationRequest
from variants.trials import WorkflowTrial
from variants.vocabulary import (
    Described,
    EditType,
    Kind,
    Provenance,
    VariantStatus,
    VariantStatusRow,
    VariantType,
)

__all__ = [
    "GenerationRequest",
    "ImageVariant",
    "ReviewDecision",
    "ReviewHabit",
    "ReviewPlace",
    "ReviewStep",
    "SavedView",
    "VariantTag",
    "WorkflowTrial",
]

FILE_COLUMNS_NULL = tuple(
    f"{column}__isnull"
    for column in ("file_path", "sha256", "file_size_bytes", "width", "height", "format")
)
# Large columns of a variant and of what belongs to it.
NOT_ON_CARDS = (
    "generation_params",
    "rendition_hashes",
    "job__args",
    "job__needs",
    "job__groups",
    "embedding__vector",
    "embedding__box",
    "embedding__landmarks",
    "submission__server__capabilities",
)


def _open_exports() -> models.QuerySet[exports.VariantExport]:
    return exports.VariantExport.objects.out().filter(variant=OuterRef("pk"))


def _tags_of_each() -> models.QuerySet[Any, Any]:
    tags = VariantTag.objects.filter(variant=OuterRef("pk")).order_by().values("variant")
    return tags.annotate(names=JSONList("name")).values("names")


class ImageVariantQuerySet(models.QuerySet["ImageVariant"]):
    def visible_to(self, user: User) -> Self:
        """Variants of characters that the person may see."""
        return self.filter(character__project__in=Project.objects.visible_to(user))

    def showing_to(self, user: User) -> Self:
        """Whose bytes the person may see: withheld ones are for admins, trashed ones for makers."""
        rows = self.visible_to(user)
        if user.is_admin:
            return rows
        rows = rows.exclude(status=VariantStatus.QUARANTINED)
        return rows if user.is_maker else rows.present()

    def present(self) -> Self:
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self) -> Self:
        """In the trash: to be restored, or purged when the date comes."""
        return self.filter(deleted_at__isnull=False)

    def with_out(self) -> Self:
        """With `is_out`: whether it is out for editing elsewhere."""
        return self.annotate(is_out=Exists(_open_exports()))

    def out(self) -> Self:
        """Given out for editing elsewhere, and not back so far."""
        return self.filter(Exists(_open_exports()))

    def here(self) -> Self:
        """Not given out."""
        return self.filter(~Exists(_open_exports()))

    def for_cards(self) -> Self:
        """With everything that a card shows, in one query; what only a page shows comes later."""
        return (
            self.select_related(
                "job",
                "qa_report",
                "embedding__model",
                "submission__server",
                "scene",
                "environment",
                "aspect_ratio",
                "quality_mode",
            )
            .defer(*NOT_ON_CARDS)
            .annotate(loaded_tags=Subquery(_tags_of_each()))
            .with_out()
        )


class ImageVariant(Described, Stamped):
    """An image derived from a source image for one variant type."""

    KIND = "variant"
    is_out = False  # rows of `for_cards` know whether they are out for editing

    character = models.ForeignKey(
        Character, on_delete=models.CASCADE, related_name="variants", db_index=False
    )
    variant_type = models.ForeignKey(
        VariantType,
        to_field="name",
        db_column="variant_type",
        on_delete=models.PROTECT,
        related_name="variants",
    )
    status = models.ForeignKey(
        VariantStatusRow,
        on_delete=models.RESTRICT,
        default=VariantStatus.PENDING,
        related_name="variants",
        db_index=False,
    )
    workflow = models.ForeignKey(
        Workflow,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    workflow_version = models.ForeignKey(
        WorkflowVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    provenance = models.TextField(
        choices=Provenance.choices,
        default=Provenance.GENERATED,
        db_default=Provenance.GENERATED,
    )
    kind = models.TextField(choices=Kind.choices, default=Kind.VARIANT, db_default=Kind.VARIANT)
    is_hero = models.BooleanField(default=False, db_default=False)
    shortlisted = models.BooleanField(default=False, db_default=False)
    recheck = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1, db_default=1)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="family"
    )
    parent_variant = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
        db_index=False,
    )
    source_image = models.ForeignKey(
        SourceImage, null=True, blank=True, on_delete=models.PROTECT, related_name="variants"
    )
    edited_source = models.ForeignKey(
        SourceImage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    file_path = models.TextField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, null=True, blank=True, db_index=True)
    file_size_bytes = models.BigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    format = models.TextField(choices=ImageFormat.choices, null=True, blank=True)
    display_ext = models.TextField(blank=True, default="", db_default="")
    rendition_hashes = models.JSONField(
        null=True, blank=True, help_text="sha256 of each derived file, by the rendition's name"
    )

    prompt = models.TextField(blank=True, default="", db_default="")
    negative_prompt = models.TextField(blank=True, default="", db_default="")
    edit_prompt = models.TextField(blank=True, default="", db_default="")
    edit_type = models.TextField(choices=EditType.choices, blank=True, default="", db_default="")
    mask = models.ForeignKey(
        ImageMask, null=True, blank=True, on_delete=models.RESTRICT, related_name="edits"
    )
    seed = models.PositiveBigIntegerField(null=True, blank=True)
    generation_params = models.JSONField(default=dict, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    provider = models.TextField(blank=True, default="comfyui", db_default="comfyui")
    original_name = models.TextField(blank=True, default="", db_default="")
    source_url = models.TextField(blank=True, default="", db_default="")
    external_id = models.TextField(blank=True, default="", db_default="")
    error_code = models.TextField(blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")

    request = models.ForeignKey(
        GenerationRequest,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="variants",
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    qa_report = models.ForeignKey(
        QAReport, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    embedding = models.ForeignKey(
        FaceEmbedding, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    likeness = models.FloatField(null=True, blank=True)
    model = models.TextField(
        blank=True, default="", db_default="", help_text="the model file that drew it"
    )
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    purge_at = models.DateTimeField(null=True, blank=True)

    objects = ImageVariantQuerySet.as_manager()

    class Meta:
        db_table = "image_variants"
        ordering = ["-id"]
        indexes = [
            NamedIndex(fields=["character", "-id"], name="idx_image_variants_character_id"),
            NamedIndex(fields=["status"], name="idx_image_variants_status_id"),
            NamedIndex(fields=["workflow"], name="idx_image_variants_workflow_id"),
            NamedIndex(fields=["parent_variant"], name="idx_image_variants_parent_variant_id"),
            NamedIndex(
                fields=["purge_at"],
                condition=Q(purge_at__isnull=False),
                name="idx_image_variants_purge_at",
            ),
            *(
                NamedIndex(
                    fields=["character", column, "-id"],
                    condition=Q(deleted_at__isnull=True),
                    name=f"idx_image_variants_character_{column}",
                )
                for column in ("status", "variant_type", "shortlisted", "recheck")
            ),
            *sorting.INDEXES,
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["character", "variant_type"],
                condition=Q(is_hero=True),
                name="uq_image_variants_character_hero",
            ),
            models.UniqueConstraint(
                fields=["root", "version"], name="uq_image_variants_root_version"
            ),
            models.CheckConstraint(
                name="ck_image_variants_hero_is_approved",
                condition=Q(is_hero=True, status=VariantStatus.APPROVED, sha256__isnull=False)
                | (Q(is_hero=False) & ~Q(status=VariantStatus.APPROVED)),
            ),
            models.CheckConstraint(
                name="ck_image_variants_file_together",
                condition=Q(**dict.fromkeys(FILE_COLUMNS_NULL, True))
                # A CHECK passes when it is unknown: each column must be said not to be null.
                | Q(
                    **dict.fromkeys(FILE_COLUMNS_NULL, False),
                    sha256__regex=r"^[0-9a-f]{64}$",
                    file_size_bytes__gt=0,
                    width__gt=0,
                    height__gt=0,
                    format__in=ImageFormat.values,
                ),
            ),
            models.CheckConstraint(
                name="ck_image_variants_parent_is_older",
                condition=Q(parent_variant__isnull=True) | Q(parent_variant__lt=F("id")),
            ),
            models.CheckConstraint(
                name="ck_image_variants_first_is_root",
                condition=Q(root__isnull=True, version=1) | Q(root__isnull=False, version__gt=1),
            ),
            models.CheckConstraint(
                name="ck_image_variants_provenance", condition=Q(provenance__in=Provenance.values)
            ),
            models.CheckConstraint(
                name="ck_image_variants_kind", condition=Q(kind__in=Kind.values)
            ),
            models.CheckConstraint(
                name="ck_image_variants_mask_of_an_edit",
                condition=Q(mask__isnull=True) | Q(edit_type=EditType.INPAINT),
            ),
            models.CheckConstraint(
                name="ck_image_variants_likeness",
                condition=Q(likeness__isnull=True) | Q(likeness__gte=0.0, likeness__lte=1.0),
            ),
            models.CheckConstraint(
                name="ck_image_variants_trash",
                condition=Q(deleted_at__isnull=True, purge_at__isnull=True)
                | Q(deleted_at__isnull=False, purge_at__isnull=False, is_hero=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_type_id} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("variant", args=[self.pk])

    @property
    def project_id(self) -> int:
        return self.character.project_id

    @property
    def state(self) -> VariantStatus:
        return VariantStatus.of(self.status_id)

    @property
    def is_trashed(self) -> bool:
        return self.deleted_at is not None

    @property
    def tag_names(self) -> list[str]:
        """Its tags in order; costs no query on a row loaded by `for_cards()`."""
        if "loaded_tags" in self.__dict__:
            return sorted(self.__dict__["loaded_tags"] or ())
        return sorted(self.tags.values_list("name", flat=True))

    @property
    def has_file(self) -> bool:
        return self.sha256 is not None

    @property
    def edited_image(self) -> "ImageVariant | SourceImage | None":
        """What it is an edit of; None for what was not edited, and when that was purged."""
        return self.parent_variant or self.edited_source

    def rendition_path(self, rendition: str) -> str:
        """The storage key of `display`, `w256`, `w512` or `w1280`; the variant must have a file."""
        if self.sha256 is None:
            raise FileNotFoundError(f"variant {self.pk} has no file")
        ext = self.display_ext if rendition == "display" else "webp"
        return rendition_key(self.KIND, self.character_id, self.sha256, rendition, ext)
