"""What follows the end of an image: padding and what phones append may go, the rest may not.

Knows the outlines of MP4 and of Samsung's trailer, not what they mean.
"""

import re
import struct

from studio.lib.scans import jpeg, kinds
from studio.lib.scans.refusing import ImageRefused, trailing_data
from studio.lib.scans.structure import Structure

# Gain map, preview, motion photo and a spare: a picture with more appended is no phone's.
_MAX_APPENDED = 8

# Marks of what other programs would open or run, looked for anywhere in what a phone appended.
_FOREIGN = re.compile(
    rb"PK\x03\x04|PK\x05\x06|%PDF-|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|<\?php|<!doctype|<html|<script",
    re.IGNORECASE,
)
# An archiver looks for the end record in so many bytes from the end (PKWARE APPNOTE, 4.3.16).
_ZIP_ENTRY, _ZIP_END, _ZIP_REACH = b"PK\x01\x02", b"PK\x05\x06", 22 + 65_535
_NOT_ZERO = re.compile(rb"[^\x00]")
_BOX_NAME = re.compile(rb"[A-Za-z0-9 ]{4}")


def judge_tail(data: bytes, structure: Structure) -> None:
    """Refuse anything but zeros after the image's end; raises ImageRefused (`trailing_data`).

    After a JPEG also what phones append may follow: a motion photo (MP4), Samsung's trailer, and
    the gain map or preview (a second JPEG) that the picture's own metadata announces.
    """
    end, is_jpeg = structure.end, structure.format == "jpeg"
    stop = _without_samsung_trailer(data, end) if is_jpeg else len(data)
    at = _skip_zeros(data, end)
    for _ in range(_MAX_APPENDED):
        if at >= stop:
            break
        after = _after_video(data, at, stop) if is_jpeg else at
        if structure.announces_second and after <= at:
            after = _after_jpeg(data, at)
        if after <= at:
            raise _trailing(data, end, at)
        at = _skip_zeros(data, after)
    else:
        raise _trailing(data, end, at)
    foreign = _FOREIGN.search(data, end)
    if foreign is not None:
        raise _trailing(data, end, foreign.start())
    # Between the last pixel and the end marker a decoder skips what an archiver would open.
    if structure.image.rfind(_ZIP_END, -_ZIP_REACH) > structure.image.find(_ZIP_ENTRY) >= 0:
        raise trailing_data(len(structure.image), "a ZIP archive")


def _trailing(data: bytes, end: int, at: int) -> ImageRefused:
    return trailing_data(len(data) - end, kinds.looks_like(data[at : at + 2048]))


def _skip_zeros(data: bytes, at: int) -> int:
    found = _NOT_ZERO.search(data, at)
    return found.start() if found else len(data)


def _after_jpeg(data: bytes, at: int) -> int:
    """The end of the JPEG that begins at `at`; `at` itself where there is none."""
    if not data.startswith(b"\xff\xd8\xff", at):
        return at
    try:
        return [after for _, _, after in jpeg.segments(data, at)][-1]
    except ImageRefused:
        return at


def _after_video(data: bytes, at: int, stop: int) -> int:
    """The end of the MP4 whose first byte that is not zero is at `at`, or at most `at`."""
    begin = data.rfind(b"ftyp", at, at + 8) - 4
    return _after_boxes(data, begin, stop) if begin >= 0 else at


def _after_boxes(data: bytes, at: int, stop: int) -> int:
    """The end of a chain of MP4 boxes (ISO 14496-12, 4.2)."""
    while at + 8 <= stop:
        size, name = struct.unpack_from(">I4s", data, at)
        if not _BOX_NAME.fullmatch(name):
            break
        if size == 1 and at + 16 <= stop:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        elif size == 0:
            size = stop - at
        if size < 8 or at + size > stop:
            break
        at += size
    return at


def _without_samsung_trailer(data: bytes, end: int) -> int:
    """Where Samsung's trailer (blocks, directory SEFH, length, SEFT) begins; len(data) if none."""
    length_at = len(data) - 8
    if length_at < end or data[-4:] != b"SEFT":
        return len(data)
    directory = length_at - int.from_bytes(data[length_at : length_at + 4], "little")
    if directory < end or data[directory : directory + 4] != b"SEFH":
        return len(data)
    count = int.from_bytes(data[directory + 8 : directory + 12], "little")
    if directory + 12 + 12 * count != length_at:
        return len(data)
    entries = struct.iter_unpack("<HHII", data[directory + 12 : length_at])
    begins = [directory - offset for _, _, offset, _ in entries]
    return max(end, min(begins, default=directory))
