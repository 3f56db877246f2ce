"""Pictures of image rows for the pages of the admin: small in a list, large on a row's own page."""

from typing import Any, Protocol

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from characters.models import ContentRating, SourceImage

NONE = "–"
WITHHELD = "withheld"


class Stored(Protocol):
    """A source image, a variant or a mask."""

    KIND: str
    pk: Any


def picture(image: Stored, rendition: str) -> SafeString:
    """An `<img>` of a rendition; whether it may be shown was asked before."""
    address = reverse(f"{image.KIND}-media", args=[image.pk, rendition])
    name = f"{image.KIND} {image.pk}"
    return format_html(
        '<img src="{}" alt="{}" class="{}" loading="lazy">', address, name, rendition
    )


def source_picture(source: SourceImage | None, rendition: str = "w256") -> SafeString | str:
    """A source image that everybody may look at; a word in place of any other."""
    if source is None:
        return NONE
    if source.quarantined_at or source.rating is not ContentRating.GENERAL:
        return WITHHELD
    return picture(source, rendition)


class Pictured:
    """Mixed into a ModelAdmin of images."""

    readonly_fields: Any = ("large",)

    def picture_of(self, row: Any, rendition: str) -> SafeString | str:
        """The picture of a row, or a word in its place: each admin of images has its own."""
        raise NotImplementedError

    @admin.display(description="image")
    def shown(self, row: Any) -> SafeString | str:
        return self.picture_of(row, "w256")

    @admin.display(description="image")
    def large(self, row: Any) -> SafeString | str:
        return self.picture_of(row, "w512")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)  # type: ignore[misc]  # of the ModelAdmin
        return ["large", *(name for name in fields if name != "large")]
