"""Who may look at variants, and what stands in place of what is not shown."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from characters.models import ContentRating, SourceImage
from characters.viewing import QUARANTINED, Viewing
from people.access import OK, Decision
from people.models import User
from variants.images import Image
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus


class VariantViewing(Viewing):
    """What one person may look at of variants; one for all rows of a page, its queries are few."""

    def __init__(self, user: User | AnonymousUser) -> None:
        super().__init__(user)
        self._sources: dict[int, ContentRating] = {}

    def variant(self, variant: ImageVariant) -> Decision:
        """Whether the person may look at it; costs no query for a general-rated one."""
        if variant.state is VariantStatus.QUARANTINED:
            judges = isinstance(self._user, User) and self._user.is_admin
            return OK if judges and variant.rating is ContentRating.GENERAL else QUARANTINED
        source = None
        if variant.rating is not ContentRating.GENERAL:
            source = self._source_rating(variant.source_image_id or variant.edited_source_id)
        return self.rated(variant, variant.rating, source)

    def image(self, image: Image) -> Decision:
        """Whether the person may look at this variant or source image."""
        return self.variant(image) if isinstance(image, ImageVariant) else self.source(image)

    def _source_rating(self, pk: int | None) -> ContentRating | None:
        if pk is None:
            return None
        if pk not in self._sources:
            rating = SourceImage.objects.values_list("content_rating_id", flat=True).get(pk=pk)
            self._sources[pk] = ContentRating.of(rating)
        return self._sources[pk]


def viewing_of(request: Any) -> VariantViewing:
    """The one viewing of a request, so that a list of any length asks once."""
    if getattr(request, "variant_viewing", None) is None:
        request.variant_viewing = VariantViewing(request.user)
    kept: VariantViewing = request.variant_viewing
    return kept


def is_open_to_all(variant: ImageVariant) -> bool:
    """Whether everybody who sees the row may look at the image: what shared fragments may show."""
    general = variant.rating is ContentRating.GENERAL
    return general and variant.state is not VariantStatus.QUARANTINED
