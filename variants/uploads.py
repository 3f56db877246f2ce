"""Reading a variant's file from a request, for page and API alike."""

from django.conf import settings
from django.http import HttpRequest

from studio.lib.pictures import ImageRefused, Limits
from variants.importing import Upload


def upload_of(request: HttpRequest) -> Upload:
    """The multipart field `file`, not vetted yet. Raises ImageRefused (`no_file`)."""
    file = request.FILES.get("file")
    if file is None:
        raise ImageRefused(
            "Send the image as the multipart field `file`.", code="no_file", field="file"
        )
    file.seek(0)
    return Upload(file.read(), file.name or "", limits())


def limits() -> Limits:
    """What a variant from outside may be at most, from the settings."""
    return Limits(max_bytes=settings.MAX_EDIT_BYTES, max_pixels=settings.MAX_IMAGE_PIXELS)
