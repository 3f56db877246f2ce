"""Masks for tests: grey PNGs, white in a box, and seed 1's RGBA picture of the same."""

import base64
import io

import numpy as np
from PIL import Image

BOX = (180, 60, 330, 210)  # of the portrait: its face


def grey(size=(512, 512), box=BOX, level=255) -> Image.Image:
    """A black mask with a box of one level."""
    mask = Image.new("L", size, 0)
    mask.paste(level, box)
    return mask


def png(image: Image.Image | None = None, **drawn) -> bytes:
    """The bytes of a mask."""
    buffer = io.BytesIO()
    (image or grey(**drawn)).save(buffer, "PNG")
    return buffer.getvalue()


def in_alpha(picture: bytes, mask: Image.Image) -> bytes:
    """Seed 1's transport: the picture with the mask as its alpha, opaque being what changes."""
    with Image.open(io.BytesIO(picture)) as opened:
        joined = opened.convert("RGB")
    joined.putalpha(mask)
    return png(joined)


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def pixels(data: bytes, mode: str = "RGB") -> np.ndarray:
    """The picture of these bytes, uint8."""
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(opened.convert(mode))
