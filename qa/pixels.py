"""Image bytes to upright RGB pixels; knows nothing of faces or reports."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from qa.errors import UnreadableImage
from studio.lib.scans import png
from studio.lib.scans.refusing import ImageRefused, Limits

Pixels = NDArray[np.uint8]

ANY_SIZE = Limits(max_pixels=1 << 32, min_side_px=1, max_aspect=1 << 32)
BACKDROP = (128, 128, 128)  # transparency over mid-grey counts as neither shadow nor highlight


def decode(image: bytes) -> Pixels:
    """Decode to uint8 RGB of shape (height, width, 3), upright by EXIF. Raises UnreadableImage.

    The bytes have passed the studio's validator; its limits on size are not repeated here.
    """
    with _opened(image) as opened:
        return _upright(opened)


def decode_reduced(image: bytes, short_side_px: int) -> tuple[Pixels, tuple[int, int]]:
    """As `decode`, but half as large where the short side stays so long; and the full size.

    A reduced pixel is the mean of 2 x 2. A JPEG is reduced while it is decoded (libjpeg scales in
    the DCT), which costs a fraction of decoding it all. The size is (height, width).
    """
    with _opened(image) as opened:
        width, height = opened.size
        halved = min(width, height) // 2 >= short_side_px
        if opened.getexif().get(ExifTags.Base.Orientation, 1) >= 5:
            width, height = height, width
        if halved:
            opened.draft(None, (opened.width // 2, opened.height // 2))
        pixels = _upright(opened)
    if halved and pixels.shape[:2] == (height, width):
        pixels = half_of(pixels)
    return pixels, (height, width)


def half_of(pixels: Pixels) -> Pixels:
    """The means of 2 x 2 pixels, of one channel or three; an odd last row or column is left out."""
    height, width = (side // 2 for side in pixels.shape[:2])
    whole = pixels[: 2 * height, : 2 * width]
    half = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(half, np.uint8)


@contextmanager
def _opened(image: bytes) -> Iterator[Image.Image]:
    """The picture, not yet decoded; what goes wrong with it becomes UnreadableImage."""
    try:
        with Image.open(io.BytesIO(image)) as opened:
            yield opened
            _require_rows(opened, image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        sentence = "The image could not be read: save it again as PNG or JPEG."
        raise UnreadableImage(sentence) from error


def _require_rows(opened: Image.Image, image: bytes) -> None:
    """Raise UnreadableImage for a PNG that lacks rows: Pillow leaves them black and says nothing.

    Only where one of the last two rows is empty (the last pass of an interlaced PNG has every
    other row) the data are counted.
    """
    width, height = opened.size
    rows = [opened.crop((0, y, width, y + 1)) for y in range(max(0, height - 2), height)]
    if opened.format != "PNG" or all(row.getbbox(alpha_only=False) for row in rows):
        return
    try:
        structure = png.scan(image, ANY_SIZE)
    except ImageRefused as error:
        raise UnreadableImage(error.sentence) from error
    if not png.holds_exactly(structure.image, structure.inflated_bytes):
        raise UnreadableImage("The last rows of the image are missing: export it again.")


def _upright(opened: Image.Image) -> Pixels:
    ImageOps.exif_transpose(opened, in_place=True)
    if opened.has_transparency_data:
        layer = opened.convert("RGBA")
        ground = Image.new("RGBA", layer.size, BACKDROP)
        return np.asarray(Image.alpha_composite(ground, layer).convert("RGB"))
    return np.asarray(opened if opened.mode == "RGB" else opened.convert("RGB"))
