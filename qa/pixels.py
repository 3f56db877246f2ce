"""Image bytes to upright RGB pixels; knows nothing of faces or reports."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from qa.errors import UnreadableImage

Pixels = NDArray[np.uint8]

BACKDROP = (128, 128, 128)  # transparency over mid-grey counts as neither shadow nor highlight


def decode(image: bytes) -> Pixels:
    """Decode to uint8 RGB of shape (height, width, 3), upright by EXIF. Raises UnreadableImage.

    The bytes have passed the studio's validator; its limits on size are not repeated here.
    """
    try:
        with Image.open(io.BytesIO(image)) as opened:
            upright = ImageOps.exif_transpose(opened)
            if upright.has_transparency_data:
                layer = upright.convert("RGBA")
                ground = Image.new("RGBA", layer.size, BACKDROP)
                return np.asarray(Image.alpha_composite(ground, layer).convert("RGB"))
            return np.asarray(upright.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        sentence = "The image could not be read: save it again as PNG or JPEG."
        raise UnreadableImage(sentence) from error
