"""Tells by its first bytes what a file is; knows signatures, not formats."""

import re

from studio.lib.scans.refusing import TITLES, Format

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\x00", "a TIFF or camera raw image"),
    (b"MM\x00*", "a TIFF or camera raw image"),
    (b"II+\x00", "a TIFF image"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x76\x2f\x31\x01", "an OpenEXR image"),
    (b"gimp xcf", "a GIMP document"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a script"),
    (b"<?php", "a script"),
)
_BRANDS = {
    b"avif": "an AVIF image",
    b"avis": "an AVIF image",
    b"heic": "a HEIC image",
    b"heix": "a HEIC image",
    b"heim": "a HEIC image",
    b"hevc": "a HEIC image",
    b"mif1": "a HEIC image",
    b"msf1": "a HEIC image",
}
_MARKUP = re.compile(rb"<(svg|!doctype html|html|script|\?xml|!doctype)", re.IGNORECASE)
_MARKUP_NAMES = {
    b"svg": "an SVG drawing",
    b"!doctype html": "a web page",
    b"html": "a web page",
    b"script": "a web page",
}


def sniff(data: bytes) -> Format | None:
    """The format that the magic bytes announce, if it is an allowed one."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return None


def looks_like(data: bytes) -> str | None:
    """What these bytes seem to be, with its article; None where nothing is known."""
    allowed = sniff(data)
    if allowed is not None:
        return f"a {TITLES[allowed]} image"
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "a video")
    if data.startswith(b"RIFF"):
        return "an audio or video file"
    return _text(data[:1024])


def _text(head: bytes) -> str | None:
    markup = _MARKUP.search(head)
    if markup and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        if b"<svg" in head.lower():
            return "an SVG drawing"
        return _MARKUP_NAMES.get(markup.group(1).lower(), "an XML file")
    try:
        text = head.decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        return None
    return "a text file" if text.strip() and "\x00" not in text else None
