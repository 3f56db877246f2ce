"""Variants in the admin: evidence, and decisions through the same steps."""

from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from characters.models import ContentRating
from characters.thumbnails import Pictured, picture
from people.access import can
from people.models import User
from studio.lib.evidence import Evidence, ReasonForm, Values, each, reason_of
from variants import (
    export_admin,  # noqa: F401  importing registers
    exporting,
    face_model_admin,  # noqa: F401  importing registers
    quarantining,
    rechecking,
    retrying,
    reviewing,
    server_admin,  # noqa: F401  importing registers
    trashing,
    trial_admin,  # noqa: F401  importing registers
    vocabulary_admin,  # noqa: F401  importing registers
)
from variants.masks import ImageMask
from variants.models import GenerationRequest, ImageVariant, ReviewDecision
from variants.thumbnails import variant_picture
from variants.viewing import viewing_of


class Discreet:
    """Mixed into a ModelAdmin: what was asked for is shown like the image that came of it.

    No role is enough for what is rated above general, so neither is being in the admin site.
    """

    SECRETS: ClassVar[tuple[str, ...]] = ()

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = obj is None or self.may_look(request, obj)
        return None if shown else self.SECRETS

    def get_search_fields(self, request: HttpRequest) -> Any:
        fields = super().get_search_fields(request)  # type: ignore[misc]  # of the ModelAdmin
        if can(request.user, "content.view_adult"):
            return fields
        return [name for name in fields if name not in self.SECRETS]

    def may_look(self, request: HttpRequest, obj: Any) -> bool:
        """Whether this admin may look at what the row is about."""
        raise NotImplementedError


class DecisionInline(Evidence, admin.TabularInline[ReviewDecision, ImageVariant]):
    model = ReviewDecision
    fk_name = "variant"
    readonly_fields = ["verb", "decided_by", "note", "before", "after", "replaced", "created_at"]
    fields = [*readonly_fields]
    extra = 0


@admin.register(ImageVariant)
class ImageVariantAdmin(Pictured, Discreet, Evidence, admin.ModelAdmin[ImageVariant]):
    list_display = [
        "shown",
        "id",
        "character",
        "variant_type",
        "status",
        "hero",
        "verdict",
        "likeness_shown",
        "seed",
        "error",
        "created_at",
    ]
    list_display_links = ["shown", "id"]
    list_filter = [
        "status",
        "is_hero",
        "shortlisted",
        "recheck",
        ("deleted_at", admin.EmptyFieldListFilter),
        "variant_type",
        "kind",
        "provenance",
        "qa_report__verdict",
        ("model", Values),
        "character__project",
    ]
    search_fields = [
        "=id",
        "character__name",
        "prompt",
        "sha256",
        "tags__name",
        "=submission__prompt_id",
    ]
    list_select_related = ["character", "variant_type", "status", "qa_report__verdict"]
    date_hierarchy = "created_at"
    inlines = [DecisionInline]
    SECRETS = ("prompt", "negative_prompt", "edit_prompt", "outfit", "generation_params")
    action_form = ReasonForm
    actions = [
        "approve",
        "reject",
        "shortlist",
        "unshortlist",
        "reconsider",
        "keep",
        "trash",
        "restore",
        "quarantine",
        "retry",
        "cancel",
        "rerun_qa",
        "export",
    ]

    def may_look(self, request: HttpRequest, obj: ImageVariant) -> bool:
        return bool(viewing_of(request).variant(obj))

    def picture_of(self, row: ImageVariant, rendition: str) -> SafeString | str:
        return variant_picture(row, rendition)

    @admin.display(description="hero", ordering="is_hero")
    def hero(self, variant: ImageVariant) -> str:
        return "★ Hero" if variant.is_hero else ""

    @admin.display(description="QA")
    def verdict(self, variant: ImageVariant) -> str:
        report = variant.qa_report
        return str(report.verdict) if report and report.verdict else "–"

    @admin.display(description="likeness", ordering="likeness")
    def likeness_shown(self, variant: ImageVariant) -> str:
        return f"{variant.likeness:.2f}" if variant.likeness is not None else "not measured"

    @admin.action(description="Approve as hero")
    def approve(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, reviewing.approve)

    @admin.action(description="Reject")
    def reject(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, partial(reviewing.reject, note=reason_of(request)))

    @admin.action(description="Shortlist")
    def shortlist(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, reviewing.shortlist)

    @admin.action(description="Take off the shortlist")
    def unshortlist(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, partial(reviewing.shortlist, on=False))

    @admin.action(description="Make a candidate again")
    def reconsider(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, reviewing.reconsider)

    @admin.action(description="Keep a hero that is to be re-checked")
    def keep(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, rechecking.keep)

    @admin.action(description="Move to the trash")
    def trash(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, partial(trashing.trash, note=reason_of(request)))

    @admin.action(description="Restore from the trash")
    def restore(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, trashing.restore)

    @admin.action(description="Withhold for good (needs a reason)")
    def quarantine(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, partial(quarantining.quarantine, reason=reason_of(request)))

    @admin.action(description="Retry the generation")
    def retry(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, retrying.retry)

    @admin.action(description="Cancel the generation")
    def cancel(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, retrying.cancel)

    @admin.action(description="Run QA and embedding again")
    def rerun_qa(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        each(self, request, queryset, retrying.rerun_checks)

    @admin.action(description="Export for editing")
    def export(self, request: Any, queryset: QuerySet[ImageVariant]) -> None:
        def export(actor: User, variant: ImageVariant) -> None:
            exporting.export(actor, variant, settings.EXPORT_DIR)

        each(self, request, queryset, export)


@admin.register(ImageMask)
class ImageMaskAdmin(Pictured, Evidence, admin.ModelAdmin[ImageMask]):
    list_display = [
        "shown",
        "id",
        "character",
        "edited_source",
        "edited_variant",
        "coverage",
        "created_by",
        "created_at",
    ]
    list_display_links = ["shown", "id"]
    list_filter = ["character__project"]
    search_fields = ["=id", "character__name", "sha256"]
    list_select_related = [
        "character",
        "edited_source__character",
        "edited_variant",
        "created_by",
    ]

    def picture_of(self, row: ImageMask, rendition: str) -> SafeString:
        return picture(row, rendition)


@admin.register(GenerationRequest)
class GenerationRequestAdmin(Discreet, Evidence, admin.ModelAdmin[GenerationRequest]):
    list_display = [
        "id",
        "project",
        "variant_type",
        "count",
        "workflow_version",
        "asked_by",
        "created_at",
    ]
    list_filter = ["variant_type", "project"]
    search_fields = ["=id", "prompt", "asked_by__username", "project__name"]
    date_hierarchy = "created_at"
    SECRETS = ("prompt", "negative_prompt", "outfit", "params")
    list_select_related = ["project", "variant_type", "workflow_version__workflow", "asked_by"]
    actions = ["cancel", "retry"]

    def may_look(self, request: HttpRequest, obj: GenerationRequest) -> bool:
        general = obj.rating is ContentRating.GENERAL
        return general or bool(can(request.user, "content.view_adult"))

    @admin.action(description="Cancel what is not finished")
    def cancel(self, request: Any, queryset: QuerySet[GenerationRequest]) -> None:
        each(self, request, queryset, retrying.cancel_request)

    @admin.action(description="Retry what failed or was cancelled")
    def retry(self, request: Any, queryset: QuerySet[GenerationRequest]) -> None:
        each(self, request, queryset, retrying.retry_request)


@admin.register(ReviewDecision)
class ReviewDecisionAdmin(Evidence, admin.ModelAdmin[ReviewDecision]):
    list_display = ["shown", "variant", "verb", "decided_by", "note", "replaced", "created_at"]
    list_display_links = ["shown", "variant"]
    list_filter = ["verb", "reasons", "variant__character__project"]
    search_fields = [
        "=variant__id",
        "variant__character__name",
        "note",
        "decided_by__username",
    ]
    list_select_related = ["variant", "decided_by", "replaced"]
    date_hierarchy = "created_at"

    @admin.display(description="image")
    def shown(self, decision: ReviewDecision) -> SafeString | str:
        return variant_picture(decision.variant)
