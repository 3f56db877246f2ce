"""Pictures of variants for the pages of the admin."""

from django.utils.safestring import SafeString

from characters.thumbnails import NONE, WITHHELD, picture
from variants.models import ImageVariant
from variants.viewing import is_open_to_all


def variant_picture(variant: ImageVariant, rendition: str = "w256") -> SafeString | str:
    """A variant that everybody may look at; a word in place of any other."""
    if not variant.has_file:
        return NONE
    return picture(variant, rendition) if is_open_to_all(variant) else WITHHELD
