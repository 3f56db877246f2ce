"""JPEG: marker segments and entropy-coded scans. Source: ITU-T T.81, JFIF 1.02, Adobe TN 5116."""

from collections.abc import Iterator

from studio.lib.containers.scan import Damaged, Scan

START = b"\xff\xd8\xff"
SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF})
MAX_SEGMENTS = 20_000


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """`(marker, start, end)` of each segment; a scan's entropy-coded data belongs to its SOS."""
    position = 2
    for _ in range(MAX_SEGMENTS):
        while data[position : position + 2] == b"\xff\xff":
            position += 1
        if position + 2 > len(data):
            raise Damaged("the file ends too early")
        if data[position] != 0xFF:
            raise Damaged("a segment does not begin where it should")
        marker = data[position + 1]
        if marker == EOI:
            yield marker, position, position + 2
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            yield marker, position, position + 2
            position += 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        end = position + 2 + length
        if length < 2 or end > len(data):
            raise Damaged("the file ends too early")
        if marker == SOS:
            end = _after_scan(data, end)
        yield marker, position, end
        position = end
    raise Damaged("it has too many segments")


def _after_scan(data: bytes, position: int) -> int:
    """Where the entropy-coded data ends: at the next marker that is no stuffing and no restart."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            raise Damaged("the file ends too early")
        following = data[position + 1]
        if following == 0xFF:
            position += 1
        elif following == 0x00 or 0xD0 <= following <= 0xD7:
            position += 2
        else:
            return position


def scan(data: bytes) -> Scan:
    size: tuple[int, int] | None = None
    passes, metadata, end, deep = 0, 0, 0, False
    for marker, start, stop in segments(data):
        if marker in FRAMES:
            if stop - start < 10:
                raise Damaged("its header is cut")
            if size is not None:
                raise Damaged("it has two headers")
            height = int.from_bytes(data[start + 5 : start + 7], "big")
            size = int.from_bytes(data[start + 7 : start + 9], "big"), height
            deep = data[start + 4] != 8
        elif marker == SOS:
            passes += 1
        elif marker == COM or 0xE0 <= marker <= 0xEF:
            metadata += stop - start
        end = stop
    if size is None or not passes:
        raise Damaged("it holds no image data")
    return Scan(size[0], size[1], 1, passes, metadata, end, deep=deep)


def strip(data: bytes) -> bytes:
    """Image data, tables, and the two application segments that say how to read its colours."""
    kept = [
        data[start:stop]
        for marker, start, stop in segments(data)
        if marker in FRAMES or marker in TABLES or marker in (SOS, EOI) or _tells_colours(data, start)
    ]
    return data[:2] + b"".join(kept)


def _tells_colours(data: bytes, start: int) -> bool:
    marker, head = data[start + 1], data[start + 4 : start + 9]
    jfif = marker == 0xE0 and head == b"JFIF\0" and data[start + 16 : start + 18] == b"\0\0"
    return jfif or (marker == 0xEE and head == b"Adobe")
