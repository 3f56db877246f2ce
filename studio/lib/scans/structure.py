"""Plain data of one image: what a scan finds out, and the files that the decoding child makes."""

from dataclasses import dataclass

from studio.lib.scans.refusing import Format

# Far above what encoders write (8 KiB PNG chunks: 7,700 in 60 MiB), low enough to walk in 0.1 s.
MAX_PARTS = 65_536


@dataclass(frozen=True)
class Structure:
    """One image; `width` and `height` in px as stored, `orientation` as in EXIF (1 to 8).

    `image` is a complete file of the allow-listed segments, `end` the offset of the first byte
    after the image in the original. `inflated_bytes` is what a PNG's rows must inflate
    to, `is_one_scan` a JPEG whose pixels come in a single pass; `announces_second` tells that a
    preview or gain map is said to follow.
    """

    format: Format
    width: int
    height: int
    image: bytes
    end: int
    orientation: int = 1
    icc: bytes = b""
    inflated_bytes: int = 0
    is_16_bit: bool = False
    is_lossless: bool = False
    is_one_scan: bool = False
    announces_second: bool = False


@dataclass(frozen=True)
class Rendition:
    """A file that we made: `display`, `w256`, `w512` or `w1280`; width and height in px."""

    name: str
    ext: str
    data: bytes
    width: int
    height: int
