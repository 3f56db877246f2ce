"""One validator for every way in: bytes from outside become a Picture or a refusal with a code.

Cheap checks first, then a full decode in the limited child, then files without metadata. Knows
nothing of characters, storage or requests.
"""

import hashlib
import logging
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from studio.lib import decoder
from studio.lib.decoder import Done, Task
from studio.lib.scans import jpeg, kinds, png, refusing, webp
from studio.lib.scans.refusing import EXTENSIONS, Format, ImageRefused, Limits
from studio.lib.scans.structure import Rendition, Structure
from studio.lib.scans.tails import judge_tail

__all__ = [
    "ImageRefused",
    "Limits",
    "Picture",
    "Rendition",
    "clean_name",
    "close_decoder",
    "decoded",
    "foresee",
    "read_capped",
    "scan",
    "vet",
]

log = logging.getLogger(__name__)

SCANS = {"png": png.scan, "jpeg": jpeg.scan, "webp": webp.scan}
MAX_NAME = 120
MAX_EXTENSION = 8


@dataclass(frozen=True)
class Picture:
    """An image that passed. sha256, size and format describe the bytes as they came in; width
    and height are upright, in px."""

    name: str
    format: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    original: bytes
    display: Rendition
    thumbnails: tuple[Rendition, ...]


def read_capped(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    """Join a stream, giving up at the first byte too many. Raises ImageRefused (`too_large`)."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise refusing.too_large(max_bytes, size)
        parts.append(chunk)
    return b"".join(parts)


def clean_name(name: str) -> str:
    """A file name for display only: NFC, basename, printable, at most 120 characters."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in base if letter.isprintable()).strip()
    if len(printable) <= MAX_NAME:
        return printable
    stem, dot, ext = printable.rpartition(".")
    if not dot or len(ext) > MAX_EXTENSION:
        return printable[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(ext) - 1]}.{ext}"


def vet(data: bytes, name: str, limits: Limits | None = None) -> Picture:
    """Check, decode and normalise an image; raises ImageRefused whatever the bytes are.

    OSError means that this machine could not start the decoding child.
    """
    structure = scan(data, name, limits or Limits())
    kind = structure.format
    made = {file.name: file for file in decoded(Task("render", [structure])).files}
    display = made.pop("display", None) or Rendition(
        "display", EXTENSIONS[kind][0], structure.image, structure.width, structure.height
    )
    return Picture(
        name=clean_name(name),
        format=kind,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        width=display.width,
        height=display.height,
        original=data,
        display=display,
        thumbnails=tuple(made.values()),
    )


def scan(data: bytes, name: str, limits: Limits) -> Structure:
    """The checks that need no decoder: size, name, kind, structure, tail. Raises ImageRefused."""
    _judge_bytes(len(data), limits)
    structure = SCANS[_kind(data, clean_name(name))](data, limits)
    judge_tail(data, structure)
    return structure


def foresee(
    name: str,
    size_bytes: int,
    limits: Limits,
    *,
    head: bytes = b"",
    size_px: tuple[int, int] | None = None,
) -> None:
    """What can be said of a file before it is sent, in the same words. Raises ImageRefused.

    `head` are its first bytes and `size_px` its width and height, where the sender could read them.
    """
    _judge_bytes(size_bytes, limits)
    if head:
        _kind(head, clean_name(name))
    if size_px:
        refusing.judge_size(*size_px, limits)


def decoded(task: Task) -> Done:
    """What the limited child makes of scanned images. Raises ImageRefused and decoder.Unfit."""
    try:
        return decoder.decoder.do(task)
    except decoder.DecodeTimeout as error:
        raise refusing.decode_timeout(decoder.CPU_S) from error
    except decoder.DecodeFailed as error:
        log.info("an image was refused by the decoder: %s", error)
        raise refusing.damaged(task.images[0].format, "it cannot be decoded") from error


def close_decoder() -> None:
    """End this process's decoding child."""
    decoder.decoder.close()


def _judge_bytes(size_bytes: int, limits: Limits) -> None:
    if not size_bytes:
        raise refusing.empty()
    if size_bytes > limits.max_bytes:
        raise refusing.too_large(limits.max_bytes, size_bytes)


def _kind(data: bytes, name: str) -> Format:
    """The format by the magic bytes, which a name may leave out but not contradict."""
    ext = _extension(name)
    named = next((kind for kind, names in EXTENSIONS.items() if ext in names), None)
    if ext and named is None:
        raise refusing.bad_extension(ext[:20], kinds.looks_like(data))
    kind = kinds.sniff(data)
    if kind is None:
        raise refusing.not_allowed_format(kinds.looks_like(data))
    if named and named != kind:
        raise refusing.type_mismatch(ext, kind)
    return kind


def _extension(name: str) -> str:
    """What follows the last dot, in small letters; a full stop in a title begins none."""
    ext = name.rpartition(".")[2].lower() if "." in name else ""
    return "" if ext.startswith(" ") else ext
