"""One validator for every way in: bytes from outside become a Picture or a refusal with a code.

Cheap checks first, then a full decode in the limited child, then files without metadata. Knows
nothing of characters, storage or requests.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from studio.lib import containers, decoding
from studio.lib.decoding import DecodeFailed, DecodeTimeout
from studio.lib.errors import StudioError

EXTENSIONS = {
    "png": "png", "jpg": "jpeg", "jpeg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "webp": "webp",
}
WORDS = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
MAX_NAME = 120
OTHERS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"8BPS", "a Photoshop file"),
    (b"<svg", "an SVG"),
    (b"<?xml", "an XML file"),
    (b"<", "a text or HTML file"),
)


@dataclass(frozen=True)
class Limits:
    """What an image may be; bytes, pixels, px of the shorter side, ratio of the sides, counts."""

    max_bytes: int = 10 * 2**20
    max_pixels: int = 50_000_000
    min_side_px: int = 64
    max_aspect: float = 10.0
    max_metadata_bytes: int = 2 * 2**20
    max_jpeg_scans: int = 100


@dataclass(frozen=True)
class Rendition:
    """A file that we made: `display`, `w256`, `w512` or `w1280`."""

    name: str
    ext: str
    data: bytes
    width: int
    height: int


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


class ImageRefused(StudioError):
    """The file is no image that the studio takes; `code` says why, the sentence what to do."""

    code = "decode_failed"

    def __init__(self, sentence: str, **extra: object) -> None:
        super().__init__(sentence, **{"field": "file", **extra})  # type: ignore[arg-type]


def read_capped(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    """Join a stream, giving up at the first byte too many."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(size, max_bytes)
        parts.append(chunk)
    return b"".join(parts)


def clean_name(name: str) -> str:
    """A file name for display only: NFC, basename, printable, at most 120 characters."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in base if letter.isprintable()).strip()
    if len(printable) <= MAX_NAME:
        return printable
    stem, dot, ext = printable.rpartition(".")
    if not dot or len(ext) > 8:
        return printable[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(ext) - 1]}.{ext}"


def vet(data: bytes, name: str, limits: Limits | None = None) -> Picture:
    """Check, decode and normalise an image; raises ImageRefused and nothing else."""
    limits = limits or Limits()
    if not data:
        raise ImageRefused("The file is empty. Choose another one.", code="empty")
    if len(data) > limits.max_bytes:
        raise _too_large(len(data), limits.max_bytes)
    shown = clean_name(name)
    kind = _kind(data, shown)
    try:
        scan = containers.scan(data, kind)
    except containers.Damaged as damage:
        raise _damaged(kind, str(damage)) from damage
    _check_scan(scan, kind, limits)
    whole = data[: scan.end]
    _check_tail(data[scan.end :], kind)
    try:
        decoded = decoding.decoder.decode(whole, kind, deep=scan.deep)
    except DecodeTimeout as error:
        raise ImageRefused(
            "The image takes too long to decode. Save it again, without progressive scans.",
            code="decode_timeout",
            limit=decoding.CPU_S,
        ) from error
    except DecodeFailed as error:
        raise _damaged(kind, "it could not be decoded within the limits") from error
    display = decoded.display or containers.strip(whole, kind)
    return Picture(
        name=shown,
        format=kind,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        width=decoded.width,
        height=decoded.height,
        original=data,
        display=Rendition("display", decoded.display_ext, display, decoded.width, decoded.height),
        thumbnails=tuple(
            Rendition(label, "webp", blob, width, height)
            for label, width, height, blob in decoded.thumbnails
        ),
    )


def close_decoder() -> None:
    """End this process's decoding child."""
    decoding.decoder.close()


def _kind(data: bytes, name: str) -> str:
    _, dot, ext = name.rpartition(".")
    named = EXTENSIONS.get(ext.lower()) if dot else None
    if dot and named is None:
        raise ImageRefused(
            f"A name that ends in .{ext[:20]} is no PNG, JPEG or WebP. Choose an image file.",
            code="bad_extension",
            actual=ext[:20],
        )
    kind = containers.sniff(data)
    if kind is None:
        raise ImageRefused(
            f"This looks like {_looks_like(data)}. Only PNG, JPEG and WebP are taken.",
            code="not_allowed_format",
        )
    if named and named != kind:
        raise ImageRefused(
            f"The name says {WORDS[named]}, but the file is a {WORDS[kind]}. Rename it to match.",
            code="type_mismatch",
            limit=named,
            actual=kind,
        )
    return kind


def _looks_like(data: bytes) -> str:
    head = data.lstrip()[:16]
    if data[4:8] == b"ftyp":
        return "an AVIF or HEIC image, or a video"
    return next((word for magic, word in OTHERS if head.startswith(magic)), "something else")


def _check_scan(scan: containers.Scan, kind: str, limits: Limits) -> None:
    if scan.width < 1 or scan.height < 1:
        raise _damaged(kind, "its size is zero")
    pixels = scan.width * scan.height
    if pixels > limits.max_pixels:
        raise ImageRefused(
            f"The image has {pixels / 1e6:.0f} megapixels; at most {limits.max_pixels / 1e6:.0f} "
            "are taken. Scale it down.",
            code="too_many_pixels",
            limit=limits.max_pixels,
            actual=pixels,
        )
    short, long = sorted((scan.width, scan.height))
    if short < limits.min_side_px:
        raise ImageRefused(
            f"The image is {scan.width} × {scan.height} px; each side needs at least "
            f"{limits.min_side_px}. Use a larger one.",
            code="too_small",
            limit=limits.min_side_px,
            actual=short,
        )
    if long > limits.max_aspect * short:
        raise ImageRefused(
            f"The image is {scan.width} × {scan.height} px; one side may be at most "
            f"{limits.max_aspect:.0f} times the other. Crop it.",
            code="extreme_aspect",
            limit=limits.max_aspect,
            actual=round(long / short, 1),
        )
    if scan.frames > 1:
        raise ImageRefused(
            "The image is animated. Save a single frame.", code="animated", limit=1
        )
    if scan.metadata_bytes > limits.max_metadata_bytes:
        raise ImageRefused(
            "The file carries too much metadata. Export it without metadata.",
            code="metadata_too_large",
            limit=limits.max_metadata_bytes,
            actual=scan.metadata_bytes,
        )
    if scan.passes > limits.max_jpeg_scans:
        raise ImageRefused(
            f"The JPEG has {scan.passes} scans; at most {limits.max_jpeg_scans} are taken. Save it "
            "again as a baseline JPEG.",
            code="decode_timeout",
            limit=limits.max_jpeg_scans,
            actual=scan.passes,
        )


def _check_tail(tail: bytes, kind: str) -> None:
    """Zeros and what phones append to a JPEG (a clip, a second picture) are left out; else no."""
    if not tail.strip(b"\0"):
        return
    archive = b"PK\x05\x06" in tail[-66_000:]
    phone = b"ftyp" in tail[:4096] or b"MotionPhoto_Data" in tail or tail.endswith(b"SEFT")
    second = tail.startswith(containers.jpeg.START)
    if kind == "jpeg" and (phone or second) and not archive:
        return
    raise ImageRefused(
        "There is other data after the end of the image. Save the image again and send that.",
        code="trailing_data",
        actual=len(tail),
    )


def _damaged(kind: str, why: str) -> ImageRefused:
    return ImageRefused(
        f"The {WORDS[kind]} is damaged: {why}. Export it again.", code="decode_failed"
    )


def _too_large(actual: int, limit: int) -> ImageRefused:
    return ImageRefused(
        f"The file has {actual / 2**20:.1f} MB; at most {limit / 2**20:g} MB are taken. "
        "Send a smaller one.",
        code="too_large",
        limit=limit,
        actual=actual,
    )
