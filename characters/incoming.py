"""Reading the file of a request, for every page and API that takes one in.

It is the multipart field `file`, or what came in parts before, by the id in the field `upload`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from characters.arriving import Arrived, Caps, taken
from characters.uploads import Purpose
from studio.lib.addresses import whole
from studio.lib.errors import NotFound
from studio.lib.pictures import ImageRefused, Limits


@contextmanager
def file_of(request: Any) -> Iterator[Arrived]:
    """The file, not vetted yet. Raises ImageRefused (`no_file`) and what `arriving.taken` does."""
    fields: Any = request.data if isinstance(request, Request) else request.POST
    if said := fields.get("upload"):
        number = whole(str(said))
        if number is None:
            raise NotFound("An upload is named by its number.")
        with taken(request.user, number) as arrived:
            yield arrived
        return
    file = request.FILES.get("file")
    if file is None:
        raise ImageRefused(
            "Send the image as the multipart field `file`.", code="no_file", field="file"
        )
    file.seek(0)
    yield Arrived(file.read(), file.name or "")


def brings_file(request: HttpRequest) -> bool:
    """Whether a form came with a file at all."""
    return bool(request.FILES.get("file") or request.POST.get("upload"))


def source_limits() -> Limits:
    """What a source image may be, from the settings."""
    return Limits(max_bytes=settings.MAX_SOURCE_BYTES, max_pixels=settings.MAX_IMAGE_PIXELS)


def variant_limits() -> Limits:
    """What a variant from outside may be, from the settings."""
    return Limits(max_bytes=settings.MAX_EDIT_BYTES, max_pixels=settings.MAX_IMAGE_PIXELS)


def caps_of(purpose: Purpose) -> Caps:
    """What an upload in parts may be, from the settings."""
    return Caps(
        limits=source_limits() if purpose is Purpose.SOURCE else variant_limits(),
        kept=timedelta(hours=settings.UPLOAD_KEPT_H),
        max_open_bytes=settings.MAX_UPLOADING_BYTES,
    )
