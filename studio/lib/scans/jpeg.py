"""The segments of a JPEG file; knows the container, never its Huffman codes.

Sources: ITU-T T.81 annex B, JFIF 1.02, CIPA DC-007 (MPF).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from studio.lib.scans import refusing, tiff
from studio.lib.scans.refusing import ImageRefused, Limits, judge_size
from studio.lib.scans.structure import MAX_PARTS, Structure

SOF2, SOI, EOI, SOS, DQT, DHT, DRI, COM = 0xC2, 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xFE
APP0, APP1, APP2, APP13, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEF
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_RARE_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7})
_COPIED = frozenset({SOF2, SOI, EOI, SOS, DQT, DHT, DRI}) | _FRAMES
# In entropy-coded data 0xFF is followed by 0 or a restart marker; runs of 0xFF are fill bytes.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FILL = re.compile(rb"\xff+")
_GAIN_MAP = re.compile(rb"hdrgm:|hdrgainmap|GainMap", re.IGNORECASE)
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_ICC = b"ICC_PROFILE\x00"


@dataclass
class _Findings:
    frame: tuple[int, int, int] | None = None  # width, height, components
    is_progressive: bool = False
    scans: int = 0
    metadata_bytes: int = 0
    exif: bytes = b""
    mp_types: list[int] = field(default_factory=list)
    icc: dict[int, bytes] = field(default_factory=dict)
    has_gain_map: bool = False
    parts: list[bytes] = field(default_factory=list)


def scan(data: bytes, limits: Limits) -> Structure:
    """Walk all segments up to the end of the image; raises ImageRefused.

    Several pictures in one file (MPO: stereo, panorama, burst) count as `animated`. Previews that
    a camera adds, and the gain map with which phones brighten highlights, are no further picture:
    they lie behind the image's end and are cut off there (see `tails`).
    """
    found = _Findings()
    end = 0
    for code, begin, end in segments(data):
        if code in _COPIED:
            found.parts.append(data[begin:end])
        content = memoryview(data)[begin + 4 : end]
        if code in _FRAMES:
            _frame(found, bytes(content), limits)
            found.is_progressive = code == SOF2
        elif code in _RARE_FRAMES:
            raise refusing.not_allowed_format("a lossless or arithmetic JPEG, which browsers lack")
        elif code == SOS:
            found.scans += 1
            if found.frame is None:
                raise _damaged("its size is missing")
        elif code not in _COPIED:
            _metadata(found, code, bytes(content), limits)
    if found.frame is None or not found.scans:
        raise _damaged("it holds no picture")
    if found.scans > limits.max_jpeg_scans:
        raise refusing.too_many_scans(limits.max_jpeg_scans, found.scans)
    _judge_frames(found, data, end)
    width, height, _ = found.frame
    return Structure(
        format="jpeg",
        width=width,
        height=height,
        image=b"".join(found.parts),
        end=end,
        orientation=tiff.orientation(found.exif),
        icc=b"".join(found.icc[number] for number in sorted(found.icc)),
        is_one_scan=found.scans == 1 and not found.is_progressive,
        announces_second=len(found.mp_types) > 1 or found.has_gain_map,
    )


def segments(data: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Marker code, begin (at its 0xFF) and end of each segment, from SOI to EOI.

    A scan's segment reaches to the next marker. Raises ImageRefused where the chain breaks.
    """
    yield SOI, start, start + 2
    at = start + 2
    for number in range(2, len(data)):
        if number > MAX_PARTS:
            raise refusing.too_many_parts("jpeg", "segments", MAX_PARTS, number)
        fill = _FILL.match(data, at)
        if fill is None or fill.end() >= len(data):
            raise _damaged("it ends too early" if at >= len(data) - 1 else "a marker is missing")
        at, code = fill.end() - 1, data[fill.end()]
        if code == EOI:
            yield code, at, at + 2
            return
        if code == 0x01 or 0xD0 <= code <= SOI or code == 0:
            raise _damaged("a marker stands where none may be")
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            raise _damaged("it ends too early")
        if code == SOS:
            marker = _NEXT_MARKER.search(data, end)
            if marker is None:
                raise _damaged("it ends too early")
            end = marker.start()
        yield code, at, end
        at = end


def _frame(found: _Findings, content: bytes, limits: Limits) -> None:
    if found.frame is not None:
        raise _damaged("its size is given twice")
    if len(content) < 6:
        raise _damaged("its header is cut off")
    precision, height, width, components = struct.unpack_from(">BHHB", content)
    if not width or not height or len(content) != 6 + 3 * components:
        raise _damaged("its header makes no sense")
    if precision != 8:
        raise refusing.not_allowed_format(f"a JPEG of {precision} bits, which browsers lack")
    if components not in (1, 3, 4):
        raise _damaged(f"it has {components} colour channels")
    judge_size(width, height, limits)
    found.frame = (width, height, components)


def _metadata(found: _Findings, code: int, content: bytes, limits: Limits) -> None:
    """Take from an application segment what the picture needs, and count the rest."""
    if not (APP0 <= code <= APP15 or code == COM):
        raise _damaged("it has a part that no JPEG reader knows")
    found.metadata_bytes += len(content) + 4
    if found.metadata_bytes > limits.max_metadata_bytes:
        raise refusing.metadata_too_large(limits.max_metadata_bytes, found.metadata_bytes)
    if code == APP0 and content.startswith(b"JFIF\x00") and len(content) >= 14:
        # Version and density only: what may follow is a preview of the uncropped picture.
        found.parts.append(b"\xff\xe0\x00\x10" + content[:12] + b"\x00\x00")
    elif code == APP14 and content.startswith(b"Adobe") and len(content) >= 12:
        found.parts.append(b"\xff\xee\x00\x0e" + content[:12])
    elif code == APP1 and content.startswith(b"Exif\x00\x00"):
        found.exif = found.exif or content
    elif code == APP1 and content.startswith(_XMP):
        found.has_gain_map = found.has_gain_map or bool(_GAIN_MAP.search(content))
    elif code == APP2 and content.startswith(b"MPF\x00"):
        found.mp_types = tiff.mp_types(content[4:])
    elif code == APP2 and content.startswith(_ICC) and len(content) > 14:
        found.icc[content[12]] = content[14:]


def _judge_frames(found: _Findings, data: bytes, end: int) -> None:
    """Refuse an MPF index that names views: 2xxxx in any place, or 0 without a gain map."""
    others = found.mp_types[1:]
    views = [kind for kind in others if kind >> 16 == 2]
    unnamed = [kind for kind in others if kind == 0]
    if unnamed and not (found.has_gain_map or _GAIN_MAP.search(data, end)):
        views += unnamed
    if views:
        raise refusing.animated(1 + len(views), "several pictures (MPO)")


def _damaged(detail: str) -> ImageRefused:
    return refusing.damaged("jpeg", detail)
