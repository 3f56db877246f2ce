"""Exports and reproductions in the admin: evidence, and the export of chosen variants."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from studio.lib.evidence import Evidence
from variants.exports import Reproduction, VariantExport
from variants.thumbnails import variant_picture


@admin.register(VariantExport)
class VariantExportAdmin(Evidence, admin.ModelAdmin[VariantExport]):
    list_display = [
        "shown",
        "file_name",
        "variant",
        "exported_by",
        "created_at",
        "returned_at",
        "returned_as",
    ]
    list_display_links = ["shown", "file_name"]
    list_filter = [("returned_at", admin.EmptyFieldListFilter), "variant__character__project"]
    search_fields = ["=variant__id", "token", "sha256", "file_name", "exported_by__username"]
    list_select_related = ["variant", "exported_by", "returned_as"]
    date_hierarchy = "created_at"
    actions = ["download"]

    @admin.display(description="image")
    def shown(self, export: VariantExport) -> SafeString | str:
        return variant_picture(export.variant)

    @admin.action(description="Download the files as a ZIP")
    def download(self, request: Any, queryset: QuerySet[VariantExport]) -> Any:
        ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True))
        return redirect(f"{reverse('exports-zip')}?ids={ids}")


@admin.register(Reproduction)
class ReproductionAdmin(Evidence, admin.ModelAdmin[Reproduction]):
    list_display = [
        "shown",
        "variant",
        "original",
        "pixel_max",
        "phash_distance",
        "ssim",
        "compared_at",
    ]
    list_display_links = ["shown", "variant"]
    list_filter = ["variant__character__project"]
    search_fields = ["=variant__id", "=original__id"]
    list_select_related = ["variant", "original"]
    date_hierarchy = "compared_at"

    @admin.display(description="image")
    def shown(self, reproduction: Reproduction) -> SafeString | str:
        return variant_picture(reproduction.variant)
