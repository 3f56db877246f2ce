"""REST: the bytes of variants."""

from django.http.response import HttpResponseBase

from people.requests import SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.openapi import Picture, operation
from studio.lib.routes import both
from variants import serving
from variants.models import ImageVariant


@operation("GET", Picture)
@api_view(["GET"])
def file(request: SignedIn, pk: int) -> HttpResponseBase:
    """The bytes as they were made."""
    return serving.file(request, _visible(request, pk))


@operation("GET", Picture)
@api_view(["GET"])
def rendition(request: SignedIn, pk: int, name: str) -> HttpResponseBase:
    """The display file or a thumbnail."""
    return serving.rendition(request, _visible(request, pk), name)


def _visible(request: SignedIn, pk: int) -> ImageVariant:
    row = ImageVariant.objects.showing_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such variant, or it is not yours to see.")
    return row


urlpatterns = [
    *both("variants/<int:pk>/file", file, "api-variant-file"),
    *both("variants/<int:pk>/renditions/<slug:name>", rendition, "api-variant-rendition"),
]
