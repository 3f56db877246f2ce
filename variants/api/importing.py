"""REST: edited files that come back, and the chain of versions that they make."""

from typing import NotRequired, TypedDict

from rest_framework.decorators import parser_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from characters.api import character_for
from people.parsers import Json
from people.requests import SignedIn, api_view, body
from studio.lib.addresses import whole
from studio.lib.limiting import limited
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from variants import families, importing, matching
from variants.api.shapes import IF_MATCH, ONE, VariantJson, if_match, variant_for, variant_json
from variants.models import ImageVariant
from variants.uploads import upload_of

_YES = (True, "true", "True", "1", 1, "on", "yes")


class EditAsk(TypedDict):
    """An edited file; `keep_size` takes one of another size than the variant's."""

    file: NotRequired[bytes]
    upload: NotRequired[int]
    keep_size: NotRequired[bool]


class EditOfAsk(EditAsk):
    """An edited file; `variant` says which one it is of, else the file tells."""

    variant: NotRequired[int]


class ReturnedJson(VariantJson):
    """The new version; `matched_by` is `picked`, `embedded`, `name` or `hash`."""

    matched_by: str
    notes: list[str]


class VersionJson(VariantJson):
    """One version of a family, and who made it."""

    created_by: str | None


@operation("POST", ReturnedJson, status=201, takes=EditAsk, query=[IF_MATCH])
@api_view(["POST"])
@parser_classes([MultiPartParser, FormParser, Json])
@limited("upload")
def reimport(request: SignedIn, pk: int, vid: int) -> Response:
    """The multipart field `file` becomes the next version of this variant."""
    variant = variant_for(request, pk, vid)
    with upload_of(request) as upload:
        return _returned(request, variant, upload, "picked")


@operation("POST", ReturnedJson, status=201, takes=EditOfAsk, query=[IF_MATCH])
@api_view(["POST"])
@parser_classes([MultiPartParser, FormParser, Json])
@limited("upload")
def reimport_found(request: SignedIn, pk: int) -> Response:
    """The same for a file whose variant is found by the file itself, or named by `variant`."""
    character = character_for(request, pk)
    if "variant" in body(request):
        variant = variant_for(request, pk, whole(str(body(request)["variant"])) or 0)
        with upload_of(request) as upload:
            return _returned(request, variant, upload, "picked")
    with upload_of(request) as upload:
        found = matching.match(character, upload.data, upload.name)
        return _returned(request, found.variant, upload, found.by)


@operation("GET", Page[VersionJson], query=PAGED)
@api_view(["GET"])
def history(request: SignedIn, pk: int, vid: int) -> Response:
    """The whole chain of versions, newest first."""
    found, following = page_of(request, families.chain(variant_for(request, pk, vid)))
    results: list[VersionJson] = [
        {
            **variant_json(request, row),
            "created_by": row.created_by.username if row.created_by else None,
        }
        for row in found
    ]
    return Response({"results": results, "next": following})


def _returned(
    request: SignedIn, variant: ImageVariant, upload: importing.Upload, by: str
) -> Response:
    keep_size = body(request).get("keep_size") in _YES
    back = importing.reimport(
        request.user,
        variant,
        upload,
        keep_size=keep_size,
        revision=if_match(request),
    )
    made = variant_for(request, back.variant.character_id, back.variant.pk)
    said: ReturnedJson = {
        **variant_json(request, made, whole=True),
        "matched_by": by,
        "notes": back.notes,
    }
    return Response(said, status=201)


urlpatterns = [
    *both(f"{ONE}/reimport", reimport, "api-variant-reimport"),
    *both(f"{ONE}/history", history, "api-variant-history"),
    *both("characters/<int:pk>/reimport", reimport_found, "api-reimport"),
]
