"""The content gate for variants: their rating, and the gate at request, dispatch, ingest, approval
and export. Who may look is `viewing`'s.
"""

from characters.attesting import gate, refuse
from characters.gate import Verdict
from characters.models import Character, ContentRating, SourceImage
from variants.models import ImageVariant
from variants.vocabulary import VariantType


def rating_of(
    variant_type: VariantType, *, adult: bool, base: ContentRating = ContentRating.GENERAL
) -> ContentRating:
    """What work of this type is rated: the type's rating, adult when flagged, never below `base`.

    `base` is the rating of the image that it is made from: what that shows may still be seen.
    """
    flagged = ContentRating.ADULT if adult else ContentRating.GENERAL
    return max(variant_type.rating, flagged, base)


def rating_of_edit(edited: ImageVariant | SourceImage, variant_type: VariantType) -> ContentRating:
    """What an edit (inpainting, re-import) of an image is rated; the gate refuses a raised one."""
    return rating_of(variant_type, adult=False, base=edited.rating)


def rating_from_source(
    character: Character, variant_type: VariantType, *, adult: bool = False
) -> ContentRating:
    """What a generation or an upload is rated: it descends from the character's current source."""
    source = character.current_source
    base = source.rating if source else ContentRating.GENERAL
    return rating_of(variant_type, adult=adult, base=base)


def verdict_of(variant: ImageVariant) -> Verdict:
    """The gate's verdict on a variant as it stands, saved or about to be."""
    source = variant.source_image or variant.edited_source
    edited = variant.parent_variant or variant.edited_source
    return gate(
        variant.character,
        variant.rating,
        source=source.rating if source else None,
        edited=edited.rating if edited else None,
    )


def pass_variant(variant: ImageVariant) -> None:
    """Raise ContentRefused unless the gate lets this variant be.

    Called at dispatch, ingest (collected, uploaded by hand, imported again), approval and export.
    """
    refuse(verdict_of(variant))
