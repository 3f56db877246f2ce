"""Families of variants: what an edit keeps of the image that it was made from, and its version."""

from typing import Any

from django.db.models import Max, Q

from characters.models import SourceImage
from variants import options
from variants.models import ImageVariant


def inherited(edited: ImageVariant | SourceImage) -> dict[str, Any]:
    """The columns that an edit takes over, but its rating; a source image has few of them."""
    if isinstance(edited, SourceImage):
        return {"source_image": edited}
    own = {name: getattr(edited, name) for name in ("variant_type", "kind", "source_image")}
    return own | options.inherited(edited)


def next_in_family(variant: ImageVariant) -> dict[str, Any]:
    """`root` and `version` of a child of this variant; the caller holds the character's row."""
    root = variant.root or variant
    family = ImageVariant.objects.filter(Q(pk=root.pk) | Q(root=root))
    last = family.aggregate(last=Max("version"))["last"] or 0
    return {"root": root, "version": last + 1}
