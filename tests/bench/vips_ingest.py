"""The peer of ingest: libvips, which decodes whole files and refuses damaged ones."""

import logging

import pyvips

from studio.lib.rendering import THUMBNAIL_SIDES_PX
from studio.lib.scans.refusing import Format

# Else an operation on the same bytes would be looked up instead of done.
pyvips.cache_set_max(0)
logging.getLogger("pyvips").setLevel(logging.ERROR)


def renditions(data: bytes, kind: Format) -> list[bytes]:
    """The same thumbnails in the same format as the product's, by one chained decode.

    Raises pyvips.Error for a file that libvips finds damaged.
    """
    image = _opened(data, kind)
    made = []
    for side_px in THUMBNAIL_SIDES_PX:
        # In memory, so that the next size is made of this one and all errors come here.
        image = image.thumbnail_image(side_px, height=side_px, size="down").copy_memory()
        made.append(image.webpsave_buffer(Q=82, effort=2, keep="none"))
    return made


def _opened(data: bytes, kind: Format) -> pyvips.Image:
    """Lazily; a JPEG at the smallest scale that still suffices, as the product has it."""
    known = {"access": "sequential", "fail_on": "error"}
    image = pyvips.Image.new_from_buffer(data, "", **known)
    if kind == "jpeg":
        suffices = max(image.width, image.height) // THUMBNAIL_SIDES_PX[0]
        shrink = max(scale for scale in (1, 2, 4, 8) if scale <= max(1, suffices))
        image = pyvips.Image.new_from_buffer(data, "", shrink=shrink, **known)
    return image
