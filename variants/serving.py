"""Bytes of variants, for page and API alike; the caller has found the row through `visible_to`."""

from functools import partial

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from characters.models import ContentRating
from characters.viewing import require_shown
from people.access import require
from people.models import User
from studio.lib.addresses import whole
from studio.lib.errors import NotFound
from studio.lib.media import RENDITIONS, serve
from studio.lib.zips import Member
from variants import exporting
from variants.exports import VariantExport
from variants.gating import pass_variant
from variants.masks import ImageMask
from variants.models import ImageVariant
from variants.viewing import viewing_of


def rendition(request: HttpRequest, variant: ImageVariant, name: str) -> HttpResponseBase:
    """The display file or a thumbnail."""
    if name not in RENDITIONS or not variant.has_file:
        raise Http404
    require_shown(viewing_of(request).variant(variant))
    keep = variant.rating is ContentRating.GENERAL
    key = variant.rendition_path(name)
    filename = f"variant-{variant.pk}-{name}.{key.rsplit('.', 1)[-1]}"
    return serve(request, key, etag=f"{variant.sha256}-{name}", filename=filename, keep=keep)


def file(request: HttpRequest, variant: ImageVariant) -> HttpResponseBase:
    """The bytes as they were made, as a download."""
    require(request.user, "variant.download", variant)
    if variant.file_path is None:
        raise Http404
    require_shown(viewing_of(request).variant(variant))
    pass_variant(variant)
    keep = variant.rating is ContentRating.GENERAL
    filename = f"{variant.variant_type_id}-{variant.pk}-v{variant.version}.{variant.format}"
    return serve(
        request,
        variant.file_path,
        etag=str(variant.sha256),
        filename=filename,
        download=True,
        keep=keep,
    )


def mask_rendition(request: HttpRequest, mask: ImageMask, name: str) -> HttpResponseBase:
    """A stored mask in grey, for those who may look at what it was drawn on: display, thumbnail.

    Where every such image is gone nobody knows who might: NotFound.
    """
    if name not in RENDITIONS:
        raise Http404
    image = mask.edited_variant or mask.edited_source or mask.edits.first()
    if image is None:
        raise NotFound("Every image that this mask was drawn for is gone.")
    require_shown(viewing_of(request).image(image))
    keep = image.rating is ContentRating.GENERAL
    key = mask.rendition_path(name)
    filename = f"mask-{mask.pk}-{name}.{key.rsplit('.', 1)[-1]}"
    return serve(request, key, etag=f"{mask.sha256}-{name}", filename=filename, keep=keep)


def members_of(user: User, ids: str) -> list[Member]:
    """The files and sidecars of exports, for a ZIP archive; `ids` as an address names them.

    Raises NotFound when one of them is not there or not theirs to see, and what forbids one.
    """
    wanted = {whole(word) or 0 for word in ids.split(",")[: exporting.MAX_BATCH + 1]}
    found = list(exporting.visible(user).filter(pk__in=wanted))
    if len(found) < len(wanted) or len(wanted) > exporting.MAX_BATCH:
        raise NotFound("There is no such export, or it is not yours to see.")
    for row in found:
        exporting.check(user, row)
    return [member for row in found for member in _members(user, row)]


def _members(user: User, row: VariantExport) -> list[Member]:
    folder = f"character-{row.variant.character_id}"
    return [
        Member(f"{folder}/{row.file_name}", partial(exporting.file_of, user, row)),
        Member(f"{folder}/{row.sidecar_name}", partial(exporting.as_json, row.sidecar)),
    ]
