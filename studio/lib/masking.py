"""Masks and what is done with them, in the decoding child only: read, laid over, fitted to a graph.

A mask is 8-bit grey, white where a picture is to be changed. Knows Pillow; nothing of ComfyUI.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops

from studio.lib.rendering import TURNS, Order, as_png, in_eight_bits, opened, upright
from studio.lib.scans.structure import Rendition

# Writers of grey pictures in colour round differently.
_STILL_GREY_LEVELS = 2
# What stands behind transparency, for a model that sees none.
_BACKDROP = (128, 128, 128)


class Unfit(Exception):
    """A readable picture that is no mask; the text is the reason's name."""


@dataclass(frozen=True)
class Scanned:
    """One picture as it comes over the pipe."""

    order: Order
    image: bytes
    icc: bytes

    def pixels(self) -> Image.Image:
        return upright(self.order, self.image, self.icc)


def read(picture: Scanned, channel: str) -> tuple[Rendition, dict[str, Any]]:
    """The mask as 8-bit grey and its facts: `coverage` and `highest`, both 0 to 1.

    `channel` is `grey`, or `alpha` where opaque means change. Raises Unfit.
    """
    with opened(picture.order, picture.image) as image:
        image.load()
        pixels = in_eight_bits(image) if picture.order.is_16_bit else image
        mask = _alpha(pixels) if channel == "alpha" else _grey(pixels)
    if turn := TURNS.get(picture.order.orientation):
        mask = mask.transpose(turn)
    mask.info = {}
    levels = mask.histogram()
    lit = sum(level * count for level, count in enumerate(levels))
    highest = max(level for level, count in enumerate(levels) if count)
    facts = {"coverage": lit / (255 * mask.width * mask.height), "highest": highest / 255}
    return as_png("mask", mask), facts


def laid_over(base: Scanned, made: Scanned, mask_png: bytes) -> Rendition:
    """`made` over `base` where the mask is white; where it is black, `base` bit for bit."""
    ground, mask = base.pixels(), _opened_mask(mask_png)
    if mask.size != ground.size:
        raise ValueError("The mask is of another size than its picture")
    fresh = made.pixels().convert(ground.mode)
    if fresh.size != ground.size:
        fresh = fresh.resize(ground.size, Image.Resampling.LANCZOS)
    return as_png("laid_over", Image.composite(fresh, ground, mask))


def fitted(
    base: Scanned, mask_png: bytes, size: tuple[int, int], *, in_alpha: dict[str, bool]
) -> list[Rendition]:
    """Picture and mask scaled to `size`, each with 1 - mask as its alpha if `in_alpha` says so."""
    ground, mask = base.pixels(), _opened_mask(mask_png)
    if ground.mode == "RGBA":
        backdrop = Image.new("RGBA", ground.size, _BACKDROP)
        ground = Image.alpha_composite(backdrop, ground).convert("RGB")
    if ground.size != size:
        ground = ground.resize(size, Image.Resampling.LANCZOS)
        mask = mask.resize(size, Image.Resampling.BOX)
    pictures = {"source_image": ground, "mask": mask}
    kept = ImageChops.invert(mask)
    for name, wanted in in_alpha.items():
        if wanted:
            pictures[name] = pictures[name].convert("RGB")
            pictures[name].putalpha(kept)
    return [as_png(name, picture) for name, picture in pictures.items()]


def _opened_mask(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png), formats=("PNG",)) as image:
        return image.convert("L")


def _alpha(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        raise Unfit("no_alpha")
    return image.convert("RGBA").getchannel("A")


def _grey(image: Image.Image) -> Image.Image:
    if image.has_transparency_data and _alpha(image).getextrema() != (255, 255):
        raise Unfit("transparent")
    if image.mode in ("1", "L", "LA"):
        return image.convert("L")
    red, green, blue = image.convert("RGB").split()
    for other in (red, blue):
        apart = ImageChops.difference(green, other).histogram()
        if any(apart[_STILL_GREY_LEVELS + 1 :]):
            raise Unfit("coloured")
    return green
