"""Taking a mask in for an image of a character: checked against it, stored, and found again."""

import base64
import binascii
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from audit.recording import record
from characters.models import SourceImage
from characters.receiving import file_columns, files_of
from people.models import User
from studio.lib.errors import NotFound
from studio.lib.figures import UPLOADS_REFUSED
from studio.lib.files import put_all
from studio.lib.masks import Channel, Mask, MaskRefused, vet_mask
from studio.lib.pictures import ImageRefused, Limits
from variants.errors import BadMask
from variants.images import Image
from variants.masks import ImageMask


@dataclass(frozen=True)
class GivenMask:
    """A mask as it was sent: a PNG's bytes and where in it the mask stands, or a stored one's id.

    `field` is what the person calls it.
    """

    data: bytes = b""
    channel: Channel = "grey"
    field: str = "mask"
    stored_id: int | None = None


def from_base64(text: str, channel: Channel, field: str) -> GivenMask:
    """A PNG as base64, with or without the head of a data URL. Raises BadMask (`bad_base64`)."""
    body = "".join(text.split())
    if body.startswith("data:"):
        body = body.partition(",")[2]
    try:
        return GivenMask(base64.b64decode(body, validate=True), channel, field)
    except (binascii.Error, ValueError) as error:
        raise BadMask(
            "That is no base64. Send the PNG's bytes in base64.", code="bad_base64", field=field
        ) from error


def masks_of(image: Image) -> QuerySet[ImageMask]:
    """The masks that were drawn for an image, the newest first."""
    return image.masks.select_related("created_by")


def take(actor: User, image: Image, given: GivenMask) -> Mask | ImageMask:
    """The mask once it fits the image, which has a file; nothing is stored yet.

    Raises NotFound for a stored one of another character, MaskRefused and ImageRefused.
    """
    size = (int(image.width or 0), int(image.height or 0))
    if given.stored_id is not None:
        return _stored(image, size, given.stored_id)
    limits = Limits(max_bytes=settings.MAX_OUTPUT_BYTES, max_pixels=settings.MAX_IMAGE_PIXELS)
    try:
        return vet_mask(
            given.data, channel=given.channel, size=size, limits=limits, field=given.field
        )
    except (ImageRefused, MaskRefused) as refusal:
        record(actor, "mask.refused", image, after={"code": refusal.code})
        UPLOADS_REFUSED.labels(refusal.code).inc()
        raise


def store(image: Image, mask: Mask | ImageMask) -> None:
    """Write the files of a new mask; no row names them yet."""
    if isinstance(mask, Mask):
        put_all(files_of(ImageMask.KIND, image.character_id, mask.picture))


def keep(actor: User, image: Image, mask: Mask | ImageMask) -> ImageMask:
    """The row of the mask, the earlier one when it was drawn before (in the caller's transaction).

    The caller holds the character's row.
    """
    if isinstance(mask, ImageMask):
        return mask
    kind = "edited_source" if isinstance(image, SourceImage) else "edited_variant"
    columns = file_columns(ImageMask.KIND, image.character_id, mask.picture)
    row, _ = ImageMask.objects.get_or_create(
        **{kind: image},
        sha256=columns.pop("sha256"),
        defaults={
            "character_id": image.character_id,
            "coverage": mask.coverage,
            "created_by": actor,
            **columns,
        },
    )
    return row


def sha256_of(mask: Mask | ImageMask) -> str:
    """By which two masks are known to be the same."""
    return mask.picture.sha256 if isinstance(mask, Mask) else mask.sha256


def _stored(image: Image, size: tuple[int, int], pk: int) -> ImageMask:
    mask = ImageMask.objects.filter(pk=pk, character_id=image.character_id).first()
    if mask is None:
        raise NotFound("There is no such mask of this character.", field="mask_id")
    if (mask.width, mask.height) != size:
        raise MaskRefused(
            f"That mask has {mask.width} × {mask.height} pixels and the image {size[0]} × "
            f"{size[1]}. Use one of the image's size.",
            code="mask_size",
            field="mask_id",
            limit=f"{size[0]}x{size[1]}",
            actual=f"{mask.width}x{mask.height}",
        )
    return mask
