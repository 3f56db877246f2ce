"""Single values of TIFF structures (EXIF, the MPF index); reading is bounded and never raises."""

import struct

_ORIENTATION = 0x0112
_MP_ENTRIES = 0xB002
_SHORT, _UNDEFINED = 3, 7
_MAX_FIELDS = 1024


def orientation(exif: bytes) -> int:
    """The EXIF orientation, 1 to 8; 1 where it is missing or makes no sense."""
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = _byte_order(tiff)
    value = _field(tiff, order, _ORIENTATION, _SHORT)
    if len(value) < 2:
        return 1
    found = int(struct.unpack(order + "H", value[:2])[0])
    return found if 1 <= found <= 8 else 1


def oriented(turned: int) -> bytes:
    """A TIFF structure that says an orientation, 1 to 8, and nothing else."""
    field = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, turned, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + field + b"\x00" * 4


def mp_types(index: bytes) -> list[int]:
    """The 24-bit type codes of all images in an MPF index (CIPA DC-007, 5.2.3.3)."""
    order = _byte_order(index)
    entries = _field(index, order, _MP_ENTRIES, _UNDEFINED)
    starts = range(0, len(entries) - 15, 16)
    return [struct.unpack_from(order + "I", entries, at)[0] & 0xFFFFFF for at in starts]


def _byte_order(tiff: bytes) -> str:
    return {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4], "")


def _field(tiff: bytes, order: str, tag: int, kind: int) -> bytes:
    """The raw value of `tag` in the first directory; empty when absent or malformed."""
    if not order or len(tiff) < 8:
        return b""
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    if directory + 2 > len(tiff):
        return b""
    (count,) = struct.unpack_from(order + "H", tiff, directory)
    for number in range(min(count, _MAX_FIELDS)):
        at = directory + 2 + number * 12
        if at + 12 > len(tiff):
            return b""
        found_tag, found_kind, length = struct.unpack_from(order + "HHI", tiff, at)
        if found_tag != tag or found_kind != kind:
            continue
        size = length * (2 if kind == _SHORT else 1)
        if size <= 4:
            return tiff[at + 8 : at + 8 + size]
        (offset,) = struct.unpack_from(order + "I", tiff, at + 8)
        return tiff[offset : offset + size]
    return b""
