"""WebP: RIFF chunks. Source: RFC 9649."""

from collections.abc import Iterator

from studio.lib.containers.scan import Damaged, Scan

IMAGE = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
ANIMATED = 0x02
ALPHA = 0x10
MAX_CHUNKS = 10_000


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """`(type, start, end)` of each chunk within the RIFF's own size, padding included."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Damaged("the file ends too early")
    position = 12
    for _ in range(MAX_CHUNKS):
        if position + 8 > end:
            return
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        stop = position + 8 + length + (length & 1)
        if stop > end + 1:
            raise Damaged("the file ends too early")
        yield data[position : position + 4], position, min(stop, end)
        position = stop
    raise Damaged("it has too many chunks")


def scan(data: bytes) -> Scan:
    size: tuple[int, int] | None = None
    canvas: tuple[int, int] | None = None
    frames, metadata = 0, 0
    for kind, start, stop in chunks(data):
        body = data[start + 8 : stop]
        if kind == b"VP8X" and len(body) >= 10:
            canvas = 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
            frames += 2 if body[0] & ANIMATED else 0
        elif kind in (b"VP8 ", b"VP8L"):
            size = _size(kind, body)
            frames += 1
        elif kind in (b"ANMF", b"ANIM"):
            frames += 2
        elif kind not in IMAGE:
            metadata += stop - start
    found = canvas or size
    if found is None or (size is None and frames < 2):
        raise Damaged("it holds no image data")
    end = 8 + int.from_bytes(data[4:8], "little")
    return Scan(found[0], found[1], frames, 1, metadata, end)


def _size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind == b"VP8 " and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = body[6:8], body[8:10]
        return (
            int.from_bytes(width, "little") & 0x3FFF,
            int.from_bytes(height, "little") & 0x3FFF,
        )
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    raise Damaged("its header is cut")


def strip(data: bytes) -> bytes:
    kept: list[bytes] = []
    for kind, start, stop in chunks(data):
        part = data[start:stop]
        if kind == b"VP8X":
            kept.append(part[:8] + bytes([part[8] & ALPHA]) + part[9:])
        elif kind in IMAGE:
            kept.append(part)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
