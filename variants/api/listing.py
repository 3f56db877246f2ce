"""REST: the variants of a character, and its scene seeds."""

from typing import NotRequired, TypedDict

from django.http import HttpResponse
from rest_framework.decorators import parser_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from characters.api import SOURCE_SHOWN, SourceJson, character_for, source_json
from people.parsers import Json
from people.requests import SignedIn, api_view, text
from studio.lib.limiting import limited
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from variants import importing, trashing
from variants.api.bodies import BODY, bodies_of, list_answer
from variants.api.shapes import (
    IF_MATCH,
    ONE,
    PURGE,
    VariantJson,
    answer,
    if_match,
    purging,
    variant_for,
    variant_json,
)
from variants.filtering import FILTERS, SORT, narrowed, order_of
from variants.uploads import upload_of


class GalleryJson(TypedDict):
    """The source image and one page of variants."""

    source_image: SourceJson | None
    results: list[VariantJson]
    next: str | None


class VariantAsk(TypedDict):
    """A variant that was made elsewhere."""

    file: NotRequired[bytes]
    upload: NotRequired[int]
    variant_type: str


@operation("GET", GalleryJson, query=[*FILTERS, SORT, *PAGED])
@operation("POST", VariantJson, status=201, takes=VariantAsk)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser, FormParser, Json])
@limited("upload")
def variants(request: SignedIn, pk: int) -> HttpResponse:
    """The source image and one page of variants, newest first or as `sort` says.

    POST adds one that was made elsewhere.
    """
    character = character_for(request, pk, *SOURCE_SHOWN)
    if request.method == "POST":
        kind = text(request, "variant_type")
        with upload_of(request) as upload:
            made = importing.upload_variant(request.user, character, upload, kind)
        return answer(request, variant_for(request, pk, made.pk), status=201)
    rows = narrowed(request, character.variants.present()).with_out()
    found, following = page_of(request, rows, order=order_of(request), columns=BODY)
    source = character.current_source
    return list_answer(
        bodies_of(request, found),
        source_image=source_json(request, source) if source else None,
        next=following,
    )


@operation("GET", VariantJson)
@operation("DELETE", None, status=204, query=[PURGE, IF_MATCH])
@api_view(["GET", "DELETE"])
def variant(request: SignedIn, pk: int, vid: int) -> Response:
    """One variant, with its parameters and every check; DELETE moves it to the trash.

    With `?purge=1` record and file are deleted for good, from the trash too.
    """
    if request.method == "GET":
        return answer(request, variant_for(request, pk, vid))
    for_good = purging(request)
    row = variant_for(request, pk, vid, trashed=for_good)
    delete = trashing.purge if for_good else trashing.trash
    delete(request.user, row, revision=if_match(request))
    return Response(status=204)


@operation("GET", Page[VariantJson], query=PAGED)
@api_view(["GET"])
def scene_seeds(request: SignedIn, pk: int) -> Response:
    """Heroes only."""
    rows = character_for(request, pk).variants.present().for_cards().filter(is_hero=True)
    found, following = page_of(request, rows)
    return Response({"results": [variant_json(request, v) for v in found], "next": following})


urlpatterns = [
    *both("characters/<int:pk>/variants", variants, "api-variants"),
    *both(ONE, variant, "api-variant"),
    *both("characters/<int:pk>/scene-seeds", scene_seeds, "api-scene-seeds"),
]
