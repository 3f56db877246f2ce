"""The images of a character under one opaque id: `s-12` is a source image, `v-34` a variant."""

import re

from characters.models import Character, SourceImage
from people.models import User
from studio.lib.addresses import whole
from studio.lib.errors import NotFound
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

Image = SourceImage | ImageVariant
_IMAGE_ID = re.compile(r"([sv])-([0-9]{1,19})")


def image_id(image: Image) -> str:
    """The id under which the API names an image."""
    return f"{'s' if isinstance(image, SourceImage) else 'v'}-{image.pk}"


def image_for(user: User, opaque: str, character: Character | None = None) -> Image:
    """That image (of the character), if the person may see it. Raises NotFound."""
    of = {} if character is None else {"character": character}
    match = _IMAGE_ID.fullmatch(opaque)
    pk = whole(match[2]) if match else None
    found: Image | None = None
    if match and pk is not None:
        if match[1] == "s":
            sources = SourceImage.objects.visible_to(user).present()
            sources = sources.select_related("character__project")
            found = sources.filter(pk=pk, **of).first()
        else:
            variants = ImageVariant.objects.visible_to(user).present().for_cards()
            found = variants.filter(pk=pk, **of).first()
    if found is None:
        raise NotFound("There is no such image, or it is not yours to see.")
    return found


def is_withheld(image: Image) -> bool:
    """Whether the gate or a takedown request keeps the image from being used."""
    if isinstance(image, SourceImage):
        return image.quarantined_at is not None
    return image.state is VariantStatus.QUARANTINED
