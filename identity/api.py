"""REST of this app: searching by likeness, and the drift of a character. No vector is given out."""

from datetime import datetime
from typing import NotRequired, TypedDict

from django.urls import reverse
from rest_framework.decorators import parser_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from characters.api import character_for
from characters.incoming import source_limits
from identity import drift, searching
from identity.models import LikenessSearch
from identity.showing import Hit, hits_of, state_of
from people.api import project_for
from people.parsers import Json
from people.requests import SignedIn, api_view, text
from studio.lib.errors import NotFound
from studio.lib.limiting import limited
from studio.lib.openapi import operation
from studio.lib.pictures import ImageRefused
from studio.lib.routes import both
from variants.images import image_for


class SearchAsk(TypedDict):
    """A picture from outside; or, as JSON, `image`: the id of an image, `s-12` or `v-34`."""

    file: bytes
    image: NotRequired[str]


class HitCharacter(TypedDict):
    """A character that was found by likeness."""

    id: int
    name: str
    project: int


class HitJson(TypedDict):
    """A character whose current source looks like the face that was asked for."""

    character: HitCharacter
    source_image: int
    likeness: float
    likeness_band: str
    withheld: str
    thumbnail_url: str | None


class LikenessSearchJson(TypedDict):
    """A search: `status` is that of its job; `faces` how many were found, null so far."""

    id: int
    project: int
    status: str
    error_code: str
    error: str
    faces: int | None
    model: str | None
    model_version: str | None
    created_at: datetime
    finished_at: datetime | None
    results: list[HitJson]


class DriftPointJson(TypedDict):
    """An approved image and its likeness to its source."""

    variant: int
    variant_type: str
    approved_at: datetime
    likeness: float
    likeness_band: str


class DriftJson(TypedDict):
    """The likeness of a character's approved images, oldest first, by one face model."""

    model: str
    model_version: str
    match_from: float
    check_from: float
    points: list[DriftPointJson]
    first_outside: int | None
    unmeasured: int
    earlier: int


@operation("POST", LikenessSearchJson, status=202, takes=SearchAsk)
@api_view(["POST"])
@parser_classes([MultiPartParser, FormParser, Json])
@limited("search")
def likeness_searches(request: SignedIn, pk: int) -> Response:
    """Ask who is shown on a picture, among all characters that I may see.

    Send the multipart field `file` (it is not kept) or the id of an image as `image`. The answer
    comes at `likeness-searches/{id}`, for a day.
    """
    project = project_for(request, pk)
    if named := text(request, "image"):
        search = searching.search_by_image(request.user, project, image_for(request.user, named))
    elif file := request.FILES.get("file"):
        data, name = file.read(), file.name or ""
        search = searching.search_by_picture(request.user, project, data, name, source_limits())
    else:
        raise ImageRefused(
            "Send a picture as the multipart field `file`, or the id of an image as `image`.",
            code="no_file",
        )
    return Response(_search_json(request, search), status=202)


@operation("GET", LikenessSearchJson)
@api_view(["GET"])
def likeness_search(request: SignedIn, pk: int) -> Response:
    """A search of mine: the ten characters that look most like it, once it has ended."""
    rows = LikenessSearch.objects.visible_to(request.user).select_related("model", "job")
    search = rows.filter(pk=pk).first()
    if search is None:
        raise NotFound("There is no such search, or it is not yours to see.")
    return Response(_search_json(request, search))


@operation("GET", DriftJson)
@api_view(["GET"])
def character_drift(request: SignedIn, pk: int) -> Response:
    """The likeness of the character's approved images over time."""
    found = drift.drift_of(character_for(request, pk))
    first = found.first_outside
    answer: DriftJson = {
        "model": found.model.name,
        "model_version": found.model.version,
        "match_from": found.model.thresholds["match"],
        "check_from": found.model.thresholds["check"],
        "points": [
            {
                "variant": point.variant.pk,
                "variant_type": point.variant.variant_type_id,
                "approved_at": point.at,
                "likeness": point.likeness,
                "likeness_band": point.band.value,
            }
            for point in found.points
        ],
        "first_outside": first.variant.pk if first else None,
        "unmeasured": found.unmeasured,
        "earlier": found.earlier,
    }
    return Response(answer)


def _search_json(request: SignedIn, search: LikenessSearch) -> LikenessSearchJson:
    failed = search.job if search.job and not search.finished_at else None
    return {
        "id": search.pk,
        "project": search.project_id,
        "status": state_of(search).label,
        "error_code": failed.error_code if failed else "",
        "error": failed.error if failed else "",
        "faces": search.faces,
        "model": search.model.name if search.model else None,
        "model_version": search.model.version if search.model else None,
        "created_at": search.created_at,
        "finished_at": search.finished_at,
        "results": [_hit_json(request, hit) for hit in hits_of(search, request.user)],
    }


def _hit_json(request: SignedIn, hit: Hit) -> HitJson:
    path = reverse("api-source-rendition", args=[hit.source.pk, "w256"])
    return {
        "character": {
            "id": hit.character.pk,
            "name": hit.character.name,
            "project": hit.character.project_id,
        },
        "source_image": hit.source.pk,
        "likeness": hit.likeness,
        "likeness_band": hit.band,
        "withheld": hit.withheld,
        "thumbnail_url": None if hit.withheld else request.build_absolute_uri(path),
    }


urlpatterns = [
    *both("projects/<int:pk>/likeness-searches", likeness_searches, "api-likeness-searches"),
    *both("likeness-searches/<int:pk>", likeness_search, "api-likeness-search"),
    *both("characters/<int:pk>/drift", character_drift, "api-character-drift"),
]
