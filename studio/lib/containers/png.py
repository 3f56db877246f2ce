"""PNG: chunks with lengths and checksums. Source: PNG specification, third edition (W3C 2025)."""

import struct
import zlib
from collections.abc import Iterator

from studio.lib.containers.scan import Damaged, Scan

SIGNATURE = b"\x89PNG\r\n\x1a\n"
IMAGE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
COLOUR = frozenset({b"gAMA", b"cHRM", b"sRGB", b"sBIT"})
MAX_CHUNKS = 100_000


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """`(type, start, end)` of each chunk up to IEND; checksums are verified."""
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if position + 12 > len(data):
            raise Damaged("the file ends too early")
        length = int.from_bytes(data[position : position + 4], "big")
        end = position + 12 + length
        if end > len(data):
            raise Damaged("the file ends too early")
        kind = data[position + 4 : position + 8]
        if zlib.crc32(data[position + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise Damaged("a checksum does not match")
        yield kind, position, end
        if kind == b"IEND":
            return
        position = end
    raise Damaged("it has too many chunks")


def scan(data: bytes) -> Scan:
    header: tuple[int, int, int] | None = None
    frames, metadata, end, has_image = 1, 0, 0, False
    for kind, start, stop in chunks(data):
        body = data[start + 8 : stop - 4]
        if header is None:
            if kind != b"IHDR" or len(body) != 13:
                raise Damaged("it has no header")
            header = struct.unpack(">IIB", body[:9])
        elif kind == b"acTL" and len(body) >= 4:
            frames = max(frames, int.from_bytes(body[:4], "big"), 2)
        elif kind not in IMAGE:
            metadata += stop - start
        has_image = has_image or kind == b"IDAT"
        end = stop
    if header is None or not has_image:
        raise Damaged("it holds no image data")
    width, height, depth = header
    return Scan(width, height, frames, 1, metadata, end, deep=depth == 16)


def strip(data: bytes) -> bytes:
    kept = [data[a:b] for kind, a, b in chunks(data) if kind in IMAGE or kind in COLOUR]
    return SIGNATURE + b"".join(kept)


def holds_every_row(data: bytes, budget_bytes: int) -> bool:
    """Whether the compressed stream inflates to exactly the rows that the header promises.

    Pillow accepts a PNG with rows missing; inflating stops at one byte over what is promised.
    """
    header = b""
    stream: list[bytes] = []
    for kind, start, stop in chunks(data):
        if kind == b"IHDR":
            header = data[start + 8 : stop - 4]
        elif kind == b"IDAT":
            stream.append(data[start + 8 : stop - 4])
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour)
    if channels is None:
        return False
    wanted = _raw_bytes(width, height, depth * channels, interlaced=bool(interlace))
    if wanted > budget_bytes:
        return False
    inflater, got, packed = zlib.decompressobj(), 0, b"".join(stream)
    try:
        while packed and not inflater.eof and got <= wanted:
            got += len(inflater.decompress(packed, 1 << 20))
            packed = inflater.unconsumed_tail
        got += len(inflater.flush()) if not inflater.eof and got <= wanted else 0
    except zlib.error:
        return False
    return got == wanted and inflater.eof


def _raw_bytes(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for x0, y0, dx, dy in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ):
        columns, rows = (width - x0 + dx - 1) // dx, (height - y0 + dy - 1) // dy
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total
