"""REST: every image of a character, sources and variants together, newest first."""

from datetime import datetime
from typing import Any, Literal, TypedDict

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from rest_framework.response import Response

from characters.api import character_for, source_json
from characters.models import SourceImage
from people.requests import SignedIn, api_view
from studio.lib.addresses import LARGEST
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, BadCursor, following, position_of, size_of
from studio.lib.routes import both
from variants.api.shapes import variant_json
from variants.models import ImageVariant


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
    size, after = size_of(request), _after(position_of(request))
    order = ("-created_at", "-pk")
    variants = ImageVariant.objects.visible_to(request.user).present().for_cards()
    made = variants.filter(after["v"], character=character).exclude(sha256=None).defer(None)
    sources = character.sources.present().filter(after["s"])
    found: list[SourceImage | ImageVariant] = [
        *made.order_by(*order)[: size + 1],
        *sources.select_related("qa_report", "created_by").order_by(*order)[: size + 1],
    ]
    found.sort(key=_place, reverse=True)
    last = found[size - 1] if len(found) > size else None
    shown = [_image_json(request, row, character.current_source_id) for row in found[:size]]
    position = [str(part) for part in _place(last)] if last else None
    return Response({"results": shown, "next": following(request, position) if last else None})


def _kind(row: SourceImage | ImageVariant) -> Literal["s", "v"]:
    return "s" if isinstance(row, SourceImage) else "v"


def _place(row: SourceImage | ImageVariant) -> tuple[datetime, str, int]:
    return row.created_at, _kind(row), row.pk


def _after(position: Any) -> dict[str, Q]:
    """Which rows of each kind come after that place. Raises BadCursor."""
    if position is None:
        return {"s": Q(), "v": Q()}
    try:
        said, kind, number = position
        at, pk = parse_datetime(said), int(number)
    except (TypeError, ValueError) as error:
        raise BadCursor from error
    if at is None or at.tzinfo is None or kind not in ("s", "v") or not 0 <= pk <= LARGEST:
        raise BadCursor
    same = Q(created_at=at, pk__lt=pk)
    earlier = Q(created_at__lt=at)
    if kind == "s":
        return {"s": earlier | same, "v": earlier}
    return {"s": Q(created_at__lte=at), "v": earlier | same}


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
            "prompt": row.prompt,
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
