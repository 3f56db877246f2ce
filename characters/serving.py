"""Bytes of source images, for page and API alike; the row was found through `visible_to`."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from characters.models import ContentRating, SourceImage
from characters.viewing import Viewing, require_shown
from people.access import require
from studio.lib.media import RENDITIONS, serve


def rendition(request: HttpRequest, source: SourceImage, name: str) -> HttpResponseBase:
    """A rendition; `original` only with its own permission, as a download."""
    require_shown(Viewing(request.user).source(source))
    keep = source.rating is ContentRating.GENERAL
    stem = f"source-{source.character_id}-v{source.version}"
    if name == "original":
        require(request.user, "source.original", source)
        filename = f"{stem}.{source.format}"
        return serve(
            request,
            source.file_path,
            etag=source.sha256,
            filename=filename,
            download=True,
            keep=keep,
        )
    if name not in RENDITIONS:
        raise Http404
    key = source.rendition_path(name)
    filename = f"{stem}-{name}.{key.rsplit('.', 1)[-1]}"
    return serve(request, key, etag=f"{source.sha256}-{name}", filename=filename, keep=keep)
