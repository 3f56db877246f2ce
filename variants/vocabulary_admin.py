"""The words that a studio sets itself, in the admin: types, presets, ratios, modes, reasons."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from studio.lib.evidence import Evidence, each
from studio.lib.tables import Lookup
from variants import wording
from variants.vocabulary import (
    AspectRatio,
    EnvironmentPreset,
    QualityMode,
    RejectReason,
    ScenePreset,
    VariantStatusRow,
    VariantType,
)


class WordAdmin(admin.ModelAdmin[Any]):
    """Words are added, changed and taken away as over the API."""

    search_fields = ["name", "description"]

    def save_model(self, request: Any, obj: Lookup, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            stored = type(obj)._default_manager.get(pk=obj.pk)
            wording.change(request.user, stored, **fields)
        else:
            obj.pk = wording.add(request.user, type(obj), **fields).pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A word that something is named by stays."""
        return obj is None or not wording.is_used(obj)

    def delete_model(self, request: Any, obj: Lookup) -> None:
        wording.remove(request.user, obj)


@admin.register(VariantType)
class VariantTypeAdmin(WordAdmin):
    list_display = ["name", "content_rating", "archived_at", "description"]
    list_filter = ["content_rating", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["content_rating"]
    actions = ["archive", "unarchive"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Variants of a type go by its name."""
        return ["archived_at", *(["name"] if obj and wording.is_used(obj) else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Types are archived."""
        return False

    @admin.action(description="Archive")
    def archive(self, request: Any, queryset: QuerySet[VariantType]) -> None:
        each(self, request, queryset, wording.remove)

    @admin.action(description="Take out of the archive")
    def unarchive(self, request: Any, queryset: QuerySet[VariantType]) -> None:
        each(self, request, queryset, wording.restore)


@admin.register(ScenePreset, EnvironmentPreset)
class PresetAdmin(WordAdmin):
    list_display = ["name", "prompt"]
    search_fields = ["name", "prompt", "description"]


@admin.register(AspectRatio)
class AspectRatioAdmin(WordAdmin):
    list_display = ["name", "width", "height"]


@admin.register(QualityMode)
class QualityModeAdmin(WordAdmin):
    list_display = ["name", "steps", "sampler"]
    search_fields = ["name", "sampler", "description"]


@admin.register(RejectReason)
class RejectReasonAdmin(WordAdmin):
    list_display = ["name", "description"]


@admin.register(VariantStatusRow)
class VariantStatusAdmin(Evidence, admin.ModelAdmin[VariantStatusRow]):
    list_display = ["id", "name", "description"]
    search_fields = ["name", "description"]
