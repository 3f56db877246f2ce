"""What a variant is made from: the picture that ComfyUI gets and, for an edit, its mask.

Reads stored files; asked before any transaction, for each try anew.
"""

from dataclasses import dataclass
from typing import Any

from comfy_bridge.mask_places import in_alpha
from comfy_bridge.models import WorkflowVersion
from studio.lib.files import read
from studio.lib.masks import fit
from variants.binding import sent_size
from variants.errors import VariantGone
from variants.images import Image, image_id, is_withheld
from variants.masks import ImageMask
from variants.models import ImageVariant
from variants.vocabulary import EditType


@dataclass(frozen=True)
class Feed:
    """The image that is worked from, its bytes for the server, and those of the mask."""

    image: Image
    picture: bytes
    mask: bytes | None = None


def feed_of(variant: ImageVariant, version: WorkflowVersion) -> Feed:
    """The pictures for this variant's prompt; raises VariantGone when its image is not there.

    Those of an edit have the very size at which the workflow draws, so that what it makes lies over
    the image: a VAE would crop to multiples of 8.
    """
    if variant.edit_type == EditType.INPAINT:
        image, mask = edited(variant)
        pictures = fit(
            read(image.file_path or ""),
            read(mask.file_path),
            sent_size(version, image),
            in_alpha(version.graph, version.declared_bindings),
        )
        return Feed(image, pictures["source_image"], pictures["mask"])
    source = variant.source_image
    if source is None:
        raise VariantGone("The source image of this variant is gone.")
    return Feed(source, read(source.rendition_path("display")))


def edited(variant: ImageVariant) -> tuple[Image, ImageMask]:
    """What an inpainted variant is an edit of, and where; raises VariantGone."""
    image, mask = variant.edited_image, variant.mask
    if image is None or mask is None or is_withheld(image):
        raise VariantGone("The image that was to be edited was deleted or withheld meanwhile.")
    return image, mask


def facts_of_edit(variant: ImageVariant) -> dict[str, Any]:
    """What the parameters of an edit say of it; nothing for what is no edit."""
    if variant.edit_type != EditType.INPAINT:
        return {}
    image, mask = edited(variant)
    return {
        "edit": {
            "type": variant.edit_type,
            "image": image_id(image),
            "image_sha256": image.sha256,
            "mask": mask.pk,
            "mask_sha256": mask.sha256,
            "mask_coverage": round(mask.coverage, 6),
        }
    }
