"""The chunks of a PNG file; knows the container and its row sizes, inflates only to count.

Samples are taken as sRGB whatever gAMA, cHRM or cICP say, as ComfyUI and Pillow take them; only
an embedded ICC profile is honoured. Source: W3C PNG, third edition.
"""

import struct
import zlib
from collections.abc import Iterator

from studio.lib.scans import refusing, tiff
from studio.lib.scans.refusing import ImageRefused, Limits, judge_size
from studio.lib.scans.structure import MAX_PARTS, Structure

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# The tables that a colour type uses, and the most bytes that each may have.
_TABLES: dict[int, dict[bytes, int]] = {
    0: {b"tRNS": 2},
    2: {b"tRNS": 6},
    3: {b"PLTE": 768, b"tRNS": 256},
    4: {},
    6: {},
}
# x start, y start, x step, y step of the seven passes of Adam7.
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_PIECE_BYTES = 1 << 20


def scan(data: bytes, limits: Limits) -> Structure:
    """Walk all chunks and check lengths, order and CRCs; raises ImageRefused."""
    walk = chunks(data)
    kind, begin, end = next(walk, (b"", 0, 0))
    if kind != b"IHDR" or end - begin != 13:
        raise _damaged("its header is missing")
    width, height, depth, colour, *methods = struct.unpack(">IIBBBBB", data[begin:end])
    if not width or not height or depth not in _DEPTHS.get(colour, ()):
        raise _damaged("its header makes no sense")
    if methods[0] or methods[1] or methods[2] > 1:
        raise _damaged("its header names an unknown method")
    judge_size(width, height, limits)

    kept: dict[bytes, list[bytes]] = {b"PLTE": [], b"tRNS": [], b"IDAT": []}
    kept[b"IHDR"] = [data[begin - 8 : end + 4]]
    metadata_bytes = 0
    exif = profile = b""
    last = b"IHDR"
    for kind, begin, end in walk:
        if kind == b"IEND" and begin == end:
            break
        if kind == b"IDAT" and kept[b"IDAT"] and last != b"IDAT":
            raise _damaged("its image data is torn apart")
        if kind in kept:
            if kind != b"IDAT" and kept[kind]:
                raise _damaged("a part that may occur once is there twice")
            kept[kind].append(data[begin - 8 : end + 4])
        elif kind == b"fdAT" or (kind == b"acTL" and data[begin : begin + 4] != b"\0\0\0\1"):
            raise refusing.animated(_frames(data[begin:end]), "an animation (APNG)")
        elif not kind[0] & 0x20:
            raise _damaged("it has a part that no PNG reader knows")
        else:
            metadata_bytes += end - begin + 12
            if metadata_bytes > limits.max_metadata_bytes:
                raise refusing.metadata_too_large(limits.max_metadata_bytes, metadata_bytes)
            exif = data[begin:end] if kind == b"eXIf" else exif
            profile = data[begin:end] if kind == b"iCCP" else profile
        last = kind
    else:
        raise _damaged("it ends too early")
    if not kept[b"IDAT"] or (colour == 3 and not kept[b"PLTE"]):
        raise _damaged("it holds no complete picture")
    # A palette beside true colour is a hint for old screens, and could carry anything.
    order = (b"IHDR", *_TABLES[colour], b"IDAT")
    parts = [chunk for kind in order for chunk in kept[kind]]
    if any(len(kept[kind][0]) - 12 > most for kind, most in _TABLES[colour].items() if kept[kind]):
        raise _damaged("its palette is too long")
    return Structure(
        format="png",
        width=width,
        height=height,
        image=b"".join([SIGNATURE, *parts, data[begin - 8 : end + 4]]),
        end=end + 4,
        orientation=tiff.orientation(exif),
        icc=_inflate_profile(profile, limits),
        inflated_bytes=_inflated_bytes(
            width, height, depth * _CHANNELS[colour], interlaced=bool(methods[2])
        ),
        is_16_bit=depth == 16,
        is_lossless=True,
    )


def holds_exactly(image: bytes, inflated_bytes: int) -> bool:
    """Whether the image data of a scanned PNG inflates to just so many bytes and ends there.

    Pillow takes a stream that ends cleanly with rows missing and leaves them black. Runs in the
    decoding child; needs 1 MiB whatever the image says.
    """
    inflater = zlib.decompressobj()
    left = inflated_bytes
    for kind, begin, end in chunks(image, check=False):
        if kind != b"IDAT":
            continue
        piece = image[begin:end]
        if inflater.eof and piece:
            return False
        while piece:
            left -= len(inflater.decompress(piece, _PIECE_BYTES))
            if left < 0 or inflater.unused_data:
                return False
            piece = inflater.unconsumed_tail
    # A last call fetches what was held back when the input ran out exactly at a full piece.
    left -= 0 if inflater.eof else len(inflater.decompress(b"", _PIECE_BYTES))
    return left == 0 and inflater.eof


def chunks(data: bytes, *, check: bool = True) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of the content of every chunk; stops after IEND or at the end."""
    at = len(SIGNATURE)
    for number in range(1, len(data)):
        if at + 12 > len(data):
            return
        if number > MAX_PARTS:
            raise refusing.too_many_parts("png", "chunks", MAX_PARTS, number)
        length, kind = struct.unpack_from(">I4s", data, at)
        begin, end = at + 8, at + 8 + length
        if end + 4 > len(data):
            raise _damaged("it ends too early")
        if check and not (kind.isalpha() and kind.isascii()):
            raise _damaged("it has a part without a name")
        if check and zlib.crc32(memoryview(data)[at + 4 : end]) != _u32(data, end):
            raise _damaged("a checksum is wrong")
        yield kind, begin, end
        if kind == b"IEND":
            return
        at = end + 4


def _inflated_bytes(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    """Bytes of all rows of `bits` a pixel, each with its filter byte."""
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    total = 0
    for x, y, step_x, step_y in passes:
        columns = -((x - width) // step_x) if width > x else 0
        rows = -((y - height) // step_y) if height > y else 0
        total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return total


def _inflate_profile(chunk: bytes, limits: Limits) -> bytes:
    """The ICC profile in an iCCP chunk; empty where it is broken, refused where it is a bomb."""
    _, found, packed = chunk.partition(b"\x00")
    if not found or packed[:1] != b"\x00":
        return b""
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(packed[1:], limits.max_metadata_bytes + 1)
    except zlib.error:
        return b""
    if len(profile) > limits.max_metadata_bytes:
        raise refusing.metadata_too_large(limits.max_metadata_bytes, len(profile))
    return profile if inflater.eof else b""


def _frames(control: bytes) -> int:
    return max(2, _u32(control, 0)) if len(control) == 8 else 2


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _damaged(detail: str) -> ImageRefused:
    return refusing.damaged("png", detail)
