"""Bytes of variants, for page and API alike; the caller has found the row through `visible_to`."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from people.access import require
from studio.lib.media import RENDITIONS, serve
from variants.models import ImageVariant


def rendition(request: HttpRequest, variant: ImageVariant, name: str) -> HttpResponseBase:
    """The display file or a thumbnail."""
    if name not in RENDITIONS or not variant.has_file:
        raise Http404
    key = variant.rendition_path(name)
    filename = f"variant-{variant.pk}-{name}.{key.rsplit('.', 1)[-1]}"
    return serve(request, key, etag=f"{variant.sha256}-{name}", filename=filename)


def file(request: HttpRequest, variant: ImageVariant) -> HttpResponseBase:
    """The bytes as they were made, as a download."""
    require(request.user, "variant.download", variant)
    if variant.file_path is None:
        raise Http404
    filename = f"{variant.variant_type_id}-{variant.pk}-v{variant.version}.{variant.format}"
    return serve(
        request, variant.file_path, etag=str(variant.sha256), filename=filename, download=True
    )
