"""Labels in image files: metadata of ours in a copy whose picture is byte for byte what it was.

Knows the three containers, and nothing of variants. What a file's picture needs to look as it does
(colour profile, palette, transparency, orientation) is kept; other people's metadata is not.
Sources: W3C PNG third edition, ITU-T T.81, RFC 9649, XMP part 3, IPTC-IIM 4.2.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from xml.sax.saxutils import escape

from studio.lib.scans import jpeg, png, tiff, webp
from studio.lib.scans.kinds import sniff

_PNG_KEPT = frozenset(
    {
        *(b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"sRGB", b"gAMA"),
        *(b"cHRM", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"pHYs"),
    }
)
_XMP_JPEG = b"http://ns.adobe.com/xap/1.0/\x00"
_IRB = b"Photoshop 3.0\x00"
_WEBP_ICC, _WEBP_ALPHA, _WEBP_EXIF, _WEBP_XMP = 0x20, 0x10, 0x08, 0x04
_MARK = re.compile(rb"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])")
MAX_MARKS = 200
MAX_TEXT_BYTES = 2 * 2**20


@dataclass(frozen=True)
class Label:
    """What is written: a token of 32 hex digits, a title, and IPTC's digital source type (URL)."""

    token: str
    title: str
    source_type: str

    def xmp(self) -> bytes:
        """The XMP packet; the token stands in two places that editors carry along."""
        token, title, kind = (escape(text) for text in (self.token, self.title, self.source_type))
        return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <dc:identifier>{token}</dc:identifier>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <photoshop:TransmissionReference>{token}</photoshop:TransmissionReference>
   <Iptc4xmpExt:DigitalSourceType>{kind}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()

    def iim(self) -> bytes:
        """The IPTC-IIM records: UTF-8, version 4, the token as transmission reference (2:103)."""
        return b"".join(
            b"\x1c" + struct.pack(">BBH", record, number, len(value)) + value
            for record, number, value in (
                (1, 90, b"\x1b%G"),
                (2, 0, b"\x00\x04"),
                (2, 5, self.title.encode()[:64]),
                (2, 103, self.token.encode()),
            )
        )


def labelled(data: bytes, label: Label) -> bytes:
    """A copy of a vetted image with `label` as its only metadata; raises ImageRefused, ValueError.

    Every chunk or segment that the picture is made of is copied as it stands.
    """
    writers = {"png": _png, "jpeg": _jpeg, "webp": _webp}
    kind = sniff(data)
    if kind is None:
        raise ValueError("only PNG, JPEG and WebP can be labelled")
    return writers[kind](data, label)


def marks_in(data: bytes) -> list[str]:
    """Whatever in an image's metadata looks like a token, at most `MAX_MARKS`.

    The image may be anything; raises ImageRefused where its container breaks off.
    """
    found: dict[str, None] = {}
    for text in _texts(data):
        for mark in _MARK.findall(text):
            found.setdefault(mark.decode())
            if len(found) >= MAX_MARKS:
                return list(found)
    return list(found)


def _png(data: bytes, label: Label) -> bytes:
    parts = [png.SIGNATURE]
    is_labelled = False
    for kind, begin, end in png.chunks(data):
        if kind == b"IDAT" and not is_labelled:
            is_labelled = True
            parts += [_chunk(*pair) for pair in _png_metadata(data, label)]
        if kind in _PNG_KEPT:
            parts.append(data[begin - 8 : end + 4])
    return b"".join(parts)


def _png_metadata(data: bytes, label: Label) -> list[tuple[bytes, bytes]]:
    found = [(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + label.xmp())]
    exif = [data[begin:end] for kind, begin, end in png.chunks(data) if kind == b"eXIf"]
    if exif and (turned := tiff.orientation(exif[-1])) != 1:
        found.insert(0, (b"eXIf", tiff.oriented(turned)))
    return found


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def _jpeg(data: bytes, label: Label) -> bytes:
    head, body, exif = [data[:2]], [], b""
    for code, begin, end in jpeg.segments(data):
        content = data[begin + 4 : end]
        if code == jpeg.SOI:
            continue
        if code == jpeg.APP0 and content.startswith(b"JFIF\x00") and len(content) >= 14:
            # Version and density only: what may follow is a preview of an older picture.
            head.append(b"\xff\xe0\x00\x10" + content[:12] + b"\x00\x00")
        elif code == jpeg.APP1 and content.startswith(b"Exif\x00\x00"):
            exif = exif or content
        elif not (jpeg.APP0 <= code <= jpeg.APP15 or code == jpeg.COM) or _is_colour(code, content):
            body.append(data[begin:end])
    turned = tiff.orientation(exif)
    if turned != 1:
        head.append(_segment(jpeg.APP1, b"Exif\x00\x00" + tiff.oriented(turned)))
    head.append(_segment(jpeg.APP1, _XMP_JPEG + label.xmp()))
    records = label.iim()
    block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(records)) + records
    head.append(_segment(jpeg.APP13, _IRB + block + b"\x00" * (len(records) % 2)))
    return b"".join([*head, *body])


def _is_colour(code: int, content: bytes) -> bool:
    """Adobe's colour transform and the ICC profile belong to the picture."""
    return (code == jpeg.APP14 and content.startswith(b"Adobe")) or (
        code == jpeg.APP2 and content.startswith(b"ICC_PROFILE\x00")
    )


def _segment(code: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


def _webp(data: bytes, label: Label) -> bytes:
    end = 8 + int.from_bytes(data[4:8], "little")
    found = dict(reversed(list(webp.chunks(data, end))))
    width, height = webp.size(found)
    flags = _WEBP_XMP
    exif = found.get(b"EXIF", b"")
    turned = tiff.orientation(exif)
    chunks = [(kind, found[kind]) for kind in (b"ICCP",) if kind in found]
    flags |= _WEBP_ICC if chunks else 0
    had_alpha = bool(found.get(b"VP8X", b"\x00")[0] & _WEBP_ALPHA)
    if b"VP8L" in found:
        had_alpha = had_alpha or bool(found[b"VP8L"][4] & 0x10)
    elif had_alpha and b"ALPH" in found:
        chunks.append((b"ALPH", found[b"ALPH"]))
    flags |= _WEBP_ALPHA if had_alpha else 0
    chunks += [(kind, found[kind]) for kind in (b"VP8 ", b"VP8L") if kind in found]
    if turned != 1:
        flags |= _WEBP_EXIF
        chunks.append((b"EXIF", tiff.oriented(turned)))
    chunks.append((b"XMP ", label.xmp()))
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    header = (b"VP8X", struct.pack("<I", flags) + sides)
    body = b"WEBP" + b"".join(webp.chunk(*pair) for pair in (header, *chunks))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _texts(data: bytes) -> list[bytes]:
    """The contents of everything that is not the picture, uncompressed."""
    kind = sniff(data)
    if kind == "png":
        texts = [
            _inflated(name, data[begin:end])
            for name, begin, end in png.chunks(data)
            if name not in _PNG_KEPT
        ]
    elif kind == "jpeg":
        texts = [
            data[begin + 4 : end]
            for code, begin, end in jpeg.segments(data)
            if jpeg.APP0 <= code <= jpeg.APP15 or code == jpeg.COM
        ]
    elif kind == "webp":
        end = min(8 + int.from_bytes(data[4:8], "little"), len(data))
        texts = [content for name, content in webp.chunks(data, end) if name in (b"EXIF", b"XMP ")]
    else:
        texts = []
    return texts


def _inflated(kind: bytes, content: bytes) -> bytes:
    """The text of a zTXt or a compressed iTXt chunk; anything else as it is."""
    keyword, _, rest = content.partition(b"\x00")
    if kind == b"zTXt":
        packed = rest[1:]
    elif kind == b"iTXt" and rest[:1] == b"\x01":
        packed = rest[2:].split(b"\x00", 2)[-1]
    else:
        return content
    try:
        return keyword + b"\x00" + zlib.decompressobj().decompress(packed, MAX_TEXT_BYTES)
    except zlib.error:
        return content
