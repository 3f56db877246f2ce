"""REST: every image of a character, sources and variants together, newest first."""

from datetime import datetime
from heapq import merge
from typing import Any, Literal, TypedDict, TypeVar

from django.db.models import QuerySet
from rest_framework.response import Response

from characters.api import character_for, source_json
from characters.models import SourceImage
from people.requests import SignedIn, api_view
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, BadCursor, following, key_of, position_of, size_of
from studio.lib.routes import both
from variants.api.shapes import variant_json
from variants.models import ImageVariant

Image = TypeVar("Image", SourceImage, ImageVariant)


class ImageJson(TypedDict):
    """An image under its one opaque id; `id` is that of the source image or the variant."""

    image_id: str
    kind: str
    id: int
    character: int
    status: str
    is_current: bool
    is_hero: bool
    provider: str
    prompt: str
    width: int | None
    height: int | None
    format: str | None
    created_at: datetime
    display_url: str | None
    thumbnails: dict[str, str]


@operation("GET", Page[ImageJson], query=PAGED)
@api_view(["GET"])
def images(request: SignedIn, pk: int) -> Response:
    """Every image of a character, sources and variants together, newest first."""
    character = character_for(request, pk)
    size = size_of(request)
    seen = _seen(position_of(request))
    variants = ImageVariant.objects.visible_to(request.user).present().for_cards()
    made = variants.filter(character=character).exclude(sha256=None).defer(None)
    sources = character.sources.present().select_related("qa_report", "created_by")
    found: list[SourceImage | ImageVariant] = list(
        merge(
            _before(made, seen["v"])[: size + 1],
            _before(sources, seen["s"])[: size + 1],
            key=lambda row: row.created_at,
            reverse=True,
        )
    )
    page = found[:size]
    seen |= {_kind(row): row.pk for row in page}
    return Response(
        {
            "results": [_image_json(request, row, character.current_source_id) for row in page],
            "next": following(request, seen) if len(found) > size else None,
        }
    )


def _kind(row: SourceImage | ImageVariant) -> Literal["s", "v"]:
    return "s" if isinstance(row, SourceImage) else "v"


def _before(rows: QuerySet[Image], pk: int | None) -> QuerySet[Image]:
    return (rows if pk is None else rows.filter(pk__lt=pk)).order_by("-pk")


def _seen(position: Any) -> dict[str, int | None]:
    """The last id of each kind on the pages before this one. Raises BadCursor."""
    if position is None:
        return {"s": None, "v": None}
    if not isinstance(position, dict) or set(position) != {"s", "v"}:
        raise BadCursor
    return {kind: None if pk is None else key_of(pk) for kind, pk in position.items()}


def _image_json(
    request: SignedIn, row: SourceImage | ImageVariant, current: int | None
) -> ImageJson:
    if isinstance(row, SourceImage):
        source = source_json(request, row)
        is_current = row.pk == current
        return {
            "image_id": f"s-{row.pk}",
            "id": row.pk,
            "kind": "source",
            "character": row.character_id,
            "status": "current" if is_current else "earlier",
            "is_current": is_current,
            "is_hero": False,
            "provider": row.provider or row.origin,
            "prompt": source["prompt"],
            "width": row.width,
            "height": row.height,
            "format": row.format,
            "created_at": row.created_at,
            "display_url": source["display_url"],
            "thumbnails": source["thumbnails"],
        }
    variant = variant_json(request, row)
    thumbnails = dict(variant["thumbnails"])
    return {
        "image_id": f"v-{row.pk}",
        "id": row.pk,
        "kind": row.kind,
        "character": row.character_id,
        "status": variant["status"],
        "is_current": False,
        "is_hero": row.is_hero,
        "provider": row.provider,
        "prompt": variant["prompt"],
        "width": row.width,
        "height": row.height,
        "format": row.format,
        "created_at": row.created_at,
        "display_url": thumbnails.pop("display", None),
        "thumbnails": thumbnails,
    }


urlpatterns = both("characters/<int:pk>/images", images, "api-images")
