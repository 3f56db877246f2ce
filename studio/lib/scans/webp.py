"""The RIFF chunks of a WebP file; knows the container, not VP8. Source: RFC 9649."""

import struct
from collections.abc import Iterator

from studio.lib.scans import refusing, tiff
from studio.lib.scans.refusing import ImageRefused, Limits, judge_size
from studio.lib.scans.structure import MAX_PARTS, Structure

_ANIMATION, _ALPHA = 0x02, 0x10
_FRAME_KINDS = (b"VP8 ", b"VP8L")


def scan(data: bytes, limits: Limits) -> Structure:
    """Walk all chunks; raises ImageRefused."""
    (riff_bytes,) = struct.unpack_from("<I", data.ljust(12, b"\x00"), 4)
    end = 8 + riff_bytes
    if end > len(data) or end < 20:
        raise _damaged("it ends too early")
    found: dict[bytes, bytes] = {}
    metadata_bytes = frames = 0
    for kind, content in chunks(data, end):
        frames += kind == b"ANMF"
        if kind in (b"VP8X", b"ALPH", *_FRAME_KINDS) and kind not in found:
            if kind == b"VP8X":
                judge_size(*_canvas(content), limits)
            found[kind] = content
        elif kind in _FRAME_KINDS:
            raise _damaged("it holds two pictures")
        elif kind != b"ANMF":
            metadata_bytes += len(content) + 8
            found.setdefault(kind, content if kind in (b"EXIF", b"ICCP", b"ANIM") else b"")
            if metadata_bytes > limits.max_metadata_bytes:
                raise refusing.metadata_too_large(limits.max_metadata_bytes, metadata_bytes)
    if frames or b"ANIM" in found or found.get(b"VP8X", b"\x00")[0] & _ANIMATION:
        raise refusing.animated(frames or 2, "an animation")
    width, height = size(found)
    judge_size(width, height, limits)
    return Structure(
        format="webp",
        width=width,
        height=height,
        image=_image(found, width, height),
        end=end,
        orientation=tiff.orientation(found.get(b"EXIF", b"")),
        icc=found.get(b"ICCP", b""),
        is_lossless=b"VP8L" in found,
    )


def chunks(data: bytes, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of every chunk up to `end`; raises ImageRefused where the chain breaks."""
    at = 12
    for number in range(1, len(data)):
        if at == end:
            return
        if number > MAX_PARTS:
            raise refusing.too_many_parts("webp", "chunks", MAX_PARTS, number)
        if at + 8 > end:
            raise _damaged("it ends too early")
        kind, length = struct.unpack_from("<4sI", data, at)
        after = at + 8 + length
        if after > end:
            raise _damaged("it ends too early")
        yield kind, data[at + 8 : after]
        # Chunks are padded to even length; some writers leave the last pad byte out.
        at = min(after + length % 2, end)


def size(found: dict[bytes, bytes]) -> tuple[int, int]:
    """Width and height in px that the picture itself states; the canvas must agree."""
    lossy, lossless = found.get(b"VP8 "), found.get(b"VP8L")
    if (lossy is None) == (lossless is None):
        raise _damaged("it holds no single picture")
    if lossy is not None:
        if len(lossy) < 10 or lossy[0] & 1 or lossy[3:6] != b"\x9d\x01\x2a":
            raise _damaged("its header makes no sense")
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", lossy, 6))
    else:
        header = lossless or b""
        if len(header) < 5 or header[0] != 0x2F:
            raise _damaged("its header makes no sense")
        bits = int.from_bytes(header[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    canvas = found.get(b"VP8X")
    if not width or not height or (canvas is not None and _canvas(canvas) != (width, height)):
        raise _damaged("it states two sizes")
    return width, height


def _canvas(content: bytes) -> tuple[int, int]:
    if len(content) < 10:
        raise _damaged("its header is cut off")
    return (
        int.from_bytes(content[4:7], "little") + 1,
        int.from_bytes(content[7:10], "little") + 1,
    )


def _image(found: dict[bytes, bytes], width: int, height: int) -> bytes:
    """A file of the picture alone: the extended header only where there is an alpha plane."""
    kind = b"VP8L" if b"VP8L" in found else b"VP8 "
    chunks = [chunk(kind, found[kind])]
    if kind == b"VP8 " and b"ALPH" in found and found.get(b"VP8X", b"\x00")[0] & _ALPHA:
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        header = struct.pack("<I", _ALPHA) + sides
        chunks = [chunk(b"VP8X", header), chunk(b"ALPH", found[b"ALPH"]), *chunks]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk, padded to even length."""
    return kind + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)


def _damaged(detail: str) -> ImageRefused:
    return refusing.damaged("webp", detail)
