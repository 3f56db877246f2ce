"""REST: variants that go out to be edited elsewhere, and the files that were given out."""

from datetime import datetime
from typing import Any, TypedDict

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from people.requests import SignedIn, api_view
from studio.lib.addresses import LARGEST
from studio.lib.errors import NotFound
from studio.lib.limiting import limited
from studio.lib.media import give, give_zip
from studio.lib.openapi import Archive, Page, Picture, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from variants import exporting
from variants.api.shapes import IF_MATCH, ONE, VariantJson, answer, if_match, variant_for
from variants.exports import VariantExport
from variants.models import ImageVariant
from variants.serving import members_of


class ExportJson(TypedDict):
    """A file that was given out; `export_path` is where the export directory has it."""

    id: int
    variant: int
    file_name: str
    export_path: str
    download_url: str
    sidecar_url: str
    sha256: str
    file_size_bytes: int
    exported_by: str | None
    exported_at: datetime
    returned_at: datetime | None
    returned_as: int | None


class ExportsJson(TypedDict):
    """What was given out in one go; `zip_url` has all of it with the sidecars."""

    exports: list[ExportJson]
    zip_url: str


class ExportBatchSerializer(serializers.Serializer[Any]):
    variant_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST),
        min_length=1,
        max_length=exporting.MAX_BATCH,
    )


def export_json(request: SignedIn, row: VariantExport) -> ExportJson:
    """What the API says of an export; without an export directory the path is the address."""
    build = request.build_absolute_uri
    file = reverse("api-export-file", args=[row.pk])
    return {
        "id": row.pk,
        "variant": row.variant_id,
        "file_name": row.file_name,
        "export_path": row.export_path or file,
        "download_url": build(file),
        "sidecar_url": build(reverse("api-export-sidecar", args=[row.pk])),
        "sha256": row.sha256,
        "file_size_bytes": row.file_size_bytes,
        "exported_by": row.exported_by.username if row.exported_by else None,
        "exported_at": row.created_at,
        "returned_at": row.returned_at,
        "returned_as": row.returned_as_id,
    }


@operation("GET", Page[ExportJson], query=PAGED)
@operation("POST", ExportJson, status=201, query=[IF_MATCH])
@api_view(["GET", "POST"])
@limited("export")
def export(request: SignedIn, pk: int, vid: int) -> Response:
    """POST gives the variant out for editing; GET lists what was given out, newest first."""
    variant = variant_for(request, pk, vid)
    if request.method == "GET":
        found, following = page_of(request, variant.exports.select_related("exported_by"))
        results = [export_json(request, row) for row in found]
        return Response({"results": results, "next": following})
    seen = if_match(request)
    row = exporting.export(request.user, variant, settings.EXPORT_DIR, revision=seen)
    return Response(export_json(request, row), status=201)


@operation("POST", ExportsJson, status=201, takes=ExportBatchSerializer)
@api_view(["POST"])
@limited("export")
def export_batch(request: SignedIn) -> Response:
    """Give out many variants for editing, all or none."""
    serializer = ExportBatchSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    ids = set(serializer.validated_data["variant_ids"])
    rows = ImageVariant.objects.visible_to(request.user).present()
    found = list(rows.select_related("character__project").filter(pk__in=ids).order_by("pk"))
    if len(found) < len(ids):
        raise NotFound("There is no such variant, or it is not yours to see.")
    made = exporting.export_many(request.user, found, settings.EXPORT_DIR)
    address = f"{reverse('api-exports-zip')}?ids={','.join(str(row.pk) for row in made)}"
    return Response(
        {
            "exports": [export_json(request, row) for row in made],
            "zip_url": request.build_absolute_uri(address),
        },
        status=201,
    )


@operation("POST", VariantJson, query=[IF_MATCH])
@api_view(["POST"])
def cancel_edit(request: SignedIn, pk: int, vid: int) -> Response:
    """Nothing will come back: what is out counts as returned."""
    variant = variant_for(request, pk, vid)
    exporting.cancel_edit(request.user, variant, revision=if_match(request))
    return answer(request, variant_for(request, pk, vid))


@operation("GET", Picture)
@api_view(["GET"])
def export_file(request: SignedIn, pk: int) -> HttpResponseBase:
    """The exported file: every pixel as stored, our metadata alone."""
    row = _export_for(request, pk)
    data = exporting.file_of(request.user, row)
    kind = f"image/{row.variant.format}"
    return give(request, data, kind, etag=row.sha256, filename=row.file_name)


@operation("GET", dict[str, Any])
@api_view(["GET"])
def export_sidecar(request: SignedIn, pk: int) -> HttpResponseBase:
    """The provenance that belongs to the file."""
    row = _export_for(request, pk)
    exporting.check(request.user, row)
    said = exporting.as_json(row.sidecar)
    etag = f"{row.sha256}-sidecar"
    return give(request, said, "application/json", etag=etag, filename=row.sidecar_name)


@operation(
    "GET",
    Archive,
    query=[OpenApiParameter("ids", str, description="Ids of exports, separated by commas.")],
)
@api_view(["GET"])
@limited("export", reads=True)
def exports_zip(request: SignedIn) -> HttpResponseBase:
    """Exported files with their sidecars in one ZIP archive."""
    members = members_of(request.user, request.GET.get("ids", ""))
    return give_zip(request, members, filename="variants.zip")


def _export_for(request: SignedIn, pk: int) -> VariantExport:
    row = exporting.visible(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such export, or it is not yours to see.")
    return row


urlpatterns = [
    *both(f"{ONE}/export", export, "api-variant-export"),
    *both(f"{ONE}/cancel-edit", cancel_edit, "api-variant-cancel-edit"),
    *both("variants/export-batch", export_batch, "api-export-batch"),
    *both("exports/zip", exports_zip, "api-exports-zip"),
    *both("exports/<int:pk>/file", export_file, "api-export-file"),
    *both("exports/<int:pk>/sidecar", export_sidecar, "api-export-sidecar"),
]
