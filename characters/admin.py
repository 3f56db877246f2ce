"""Characters in the admin: the same steps as pages and API, and the evidence read-only."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from characters import (
    allowing,
    approving,
    attesting,
    describing,
    import_admin,  # noqa: F401  importing registers
    policy,
    receiving,
    trashing,
)
from characters.models import (
    BaselineDecision,
    BaselineStatusRow,
    Character,
    ContentRatingRow,
    LikenessAttestation,
    PolicySignature,
    SourceImage,
)
from characters.thumbnails import Pictured, source_picture
from people.access import can
from studio.lib.evidence import Evidence, ReasonForm, each, reason_of


class SourceInline(Evidence, admin.TabularInline[SourceImage, Character]):
    model = SourceImage
    readonly_fields = ["shown", "version", "origin", "width", "height", "created_by"]
    fields = [*readonly_fields]
    fk_name = "character"
    extra = 0

    @admin.display(description="image")
    def shown(self, source: SourceImage) -> SafeString | str:
        return source_picture(source)


class DecisionInline(Evidence, admin.TabularInline[BaselineDecision, Character]):
    model = BaselineDecision
    fields = ["from_status", "to_status", "decided_by", "reason", "overrode_qa", "created_at"]
    readonly_fields = ["created_at"]
    extra = 0


@admin.register(Character)
class CharacterAdmin(admin.ModelAdmin[Character]):
    list_display = ["shown", "name", "project", "baseline_status", "depicts", "archived_at"]
    list_display_links = ["shown", "name"]
    list_filter = [
        "baseline_status",
        "depicts",
        ("archived_at", admin.EmptyFieldListFilter),
        "project",
    ]
    search_fields = ["=id", "name", "notes", "project__name"]
    list_select_related = ["project", "baseline_status", "current_source"]
    autocomplete_fields = ["project"]
    readonly_fields = [
        "baseline_status",
        "current_source",
        "adult_allowed",
        "archived_at",
        "created_by",
        "created_at",
        "updated_at",
    ]
    inlines = [SourceInline, DecisionInline]
    action_form = ReasonForm
    actions = [
        "approve",
        "reject",
        "unlock",
        "rerun_qa",
        "archive",
        "unarchive",
        "allow_adult",
        "disallow_adult",
    ]

    @admin.display(description="image")
    def shown(self, character: Character) -> SafeString | str:
        return source_picture(character.current_source)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The project stays; the appearance is read-only while the baseline is approved."""
        fields = [*self.readonly_fields]
        if obj is not None:
            fields.append("project")
            fields += describing.LOCKED_FIELDS if obj.is_locked else ()
        return fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Characters are archived."""
        return False

    def save_model(self, request: Any, obj: Character, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            describing.edit_character(request.user, Character.objects.get(pk=obj.pk), **fields)
        else:
            obj.pk = describing.create_character(
                request.user,
                obj.project,
                **{name: value for name, value in fields.items() if name != "project"},
            ).pk

    @admin.action(description="Approve the baseline")
    def approve(self, request: Any, queryset: QuerySet[Character]) -> None:
        each(self, request, queryset, approving.approve_baseline)

    @admin.action(description="Reject the baseline (needs a reason)")
    def reject(self, request: Any, queryset: QuerySet[Character]) -> None:
        step = partial(approving.reject_baseline, reason=reason_of(request))
        each(self, request, queryset, step)

    @admin.action(description="Unlock the baseline")
    def unlock(self, request: Any, queryset: QuerySet[Character]) -> None:
        step = partial(approving.unlock_baseline, reason=reason_of(request))
        each(self, request, queryset, step)

    @admin.action(description="Run QA and embedding of the source again")
    def rerun_qa(self, request: Any, queryset: QuerySet[Character]) -> None:
        found = [row.current_source for row in queryset if row.current_source]
        each(self, request, found, receiving.rerun_checks)

    @admin.action(description="Allow ratings above general, where the content gate does")
    def allow_adult(self, request: Any, queryset: QuerySet[Character]) -> None:
        each(self, request, queryset, allowing.allow_adult)

    @admin.action(description="Allow general ratings only")
    def disallow_adult(self, request: Any, queryset: QuerySet[Character]) -> None:
        each(self, request, queryset, allowing.disallow_adult)

    @admin.action(description="Archive")
    def archive(self, request: Any, queryset: QuerySet[Character]) -> None:
        each(self, request, queryset, describing.archive_character)

    @admin.action(description="Take out of the archive")
    def unarchive(self, request: Any, queryset: QuerySet[Character]) -> None:
        each(self, request, queryset, describing.unarchive_character)


@admin.register(SourceImage)
class SourceImageAdmin(Pictured, Evidence, admin.ModelAdmin[SourceImage]):
    list_display = [
        "shown",
        "character",
        "version",
        "verdict",
        "format",
        "created_by",
        "created_at",
    ]
    list_display_links = ["shown", "character"]
    list_filter = [
        "origin",
        "format",
        "qa_report__verdict",
        ("deleted_at", admin.EmptyFieldListFilter),
        ("quarantined_at", admin.EmptyFieldListFilter),
        "character__project",
    ]
    search_fields = ["=id", "character__name", "sha256", "original_name"]
    list_select_related = ["character", "qa_report__verdict", "created_by"]
    date_hierarchy = "created_at"
    actions = ["rerun_qa", "trash", "restore"]

    def picture_of(self, row: SourceImage, rendition: str) -> SafeString | str:
        return source_picture(row, rendition)

    @admin.display(description="QA")
    def verdict(self, source: SourceImage) -> str:
        report = source.qa_report
        return str(report.verdict) if report and report.verdict else "not finished"

    @admin.action(description="Run QA and embedding again")
    def rerun_qa(self, request: Any, queryset: QuerySet[SourceImage]) -> None:
        each(self, request, queryset, receiving.rerun_checks)

    @admin.action(description="Move old versions to the trash")
    def trash(self, request: Any, queryset: QuerySet[SourceImage]) -> None:
        each(self, request, queryset, trashing.trash_source)

    @admin.action(description="Restore from the trash")
    def restore(self, request: Any, queryset: QuerySet[SourceImage]) -> None:
        each(self, request, queryset, trashing.restore_source)


@admin.register(LikenessAttestation)
class LikenessAttestationAdmin(Evidence, admin.ModelAdmin[LikenessAttestation]):
    list_display = ["character", "scope", "attested_by", "valid_from", "valid_to", "revoked_at"]
    list_filter = [
        "scope",
        ("revoked_at", admin.EmptyFieldListFilter),
        "character__project",
    ]
    search_fields = ["character__name", "statement", "source"]
    list_select_related = ["character", "scope", "attested_by"]
    actions = ["revoke"]

    @admin.action(description="Revoke")
    def revoke(self, request: Any, queryset: QuerySet[LikenessAttestation]) -> None:
        each(self, request, queryset.select_related("character"), attesting.revoke)


class SigningForm(forms.ModelForm[PolicySignature]):
    """The policy's text and a tick under it."""

    agreed = forms.BooleanField(
        label="I have read this policy and sign it", help_text=policy.TEXT, required=True
    )

    class Meta:
        model = PolicySignature
        fields: ClassVar[list[str]] = []


@admin.register(PolicySignature)
class PolicySignatureAdmin(Evidence, admin.ModelAdmin[PolicySignature]):
    list_display = ["signed_by", "created_at", "text_hash", "revoked_at"]
    search_fields = ["signed_by__username", "text_hash"]
    list_select_related = ["signed_by"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Signing adds a row; nothing else does."""
        return bool(can(request.user, "policy.sign"))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return SigningForm if obj is None else super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        return (
            [(None, {"fields": ["agreed"]})] if obj is None else super().get_fieldsets(request, obj)
        )

    def save_model(self, request: Any, obj: PolicySignature, form: Any, change: bool) -> None:
        obj.pk = policy.sign(request.user).pk

    @admin.action(description="Take the signature back")
    def revoke(self, request: Any, queryset: QuerySet[PolicySignature]) -> None:
        each(self, request, queryset, policy.revoke)


@admin.register(BaselineDecision)
class BaselineDecisionAdmin(Evidence, admin.ModelAdmin[BaselineDecision]):
    list_display = [
        "shown",
        "character",
        "from_status",
        "to_status",
        "decided_by",
        "reason",
        "created_at",
    ]
    list_display_links = ["shown", "character"]
    list_filter = ["to_status", "overrode_qa", "character__project"]
    search_fields = ["character__name", "reason", "decided_by__username"]
    list_select_related = ["character", "from_status", "to_status", "source", "decided_by"]
    date_hierarchy = "created_at"

    @admin.display(description="image")
    def shown(self, decision: BaselineDecision) -> SafeString | str:
        return source_picture(decision.source)


@admin.register(BaselineStatusRow, ContentRatingRow)
class StateAdmin(Evidence, admin.ModelAdmin[Any]):
    list_display = ["id", "name", "description"]
    search_fields = ["name", "description"]
