"""Making image files, good and hostile, in code: nothing here is downloaded or kept."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# D50-adapted colorants (columns R, G, B) and white of the ICC profile connection space.
SRGB = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.7141]]
)
DISPLAY_P3 = np.array(
    [[0.51512, 0.29198, 0.1571], [0.2412, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]]
)
D50 = (0.9642, 1.0, 0.8249)


def photo(width: int = 160, height: int = 120, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Soft gradients with a little noise; every quadrant has a colour of its own."""
    noise = np.random.default_rng(seed).integers(0, 12, (height, width, 3))
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x * 220 // width, y * 220 // height, (x + y) * 220 // (width + height)], 2)
    return Image.fromarray((base + noise).astype(np.uint8)).convert(mode)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def good(kind: str = "png", **size) -> bytes:
    return encoded(photo(**size), kind)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(orientation: int = 1, secret: str = "") -> Image.Exif:
    """EXIF with an orientation and, with a secret, a camera's owner and a place."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    if secret:
        tags[0x013B] = secret
        tags[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0), 29: secret}
    return tags


# --- PNG ------------------------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def png_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    return SIGNATURE + b"".join(chunk(*part) for part in parts)


def with_chunks(data: bytes, *extra: tuple[bytes, bytes], at: int = 1) -> bytes:
    """A PNG with chunks put in after the first `at` ones, or before the last with -1."""
    parts = chunks(data)
    parts[at:at] = extra
    return png_of(parts)


def raw_png(
    width: int, height: int, rows: bytes, *, depth=8, colour=2, interlace=0, extra=()
) -> bytes:
    """A PNG of rows that are given with their filter bytes."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return png_of([(b"IHDR", header), *extra, (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")])


def flat_png(width: int, height: int, *, colour=0, channels=1, extra=()) -> bytes:
    """A black PNG of any size, made without its pixels in memory."""
    packer, row = zlib.compressobj(1), bytes(1 + width * channels)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return png_of([(b"IHDR", header), *extra, (b"IDAT", packed), (b"IEND", b"")])


def interlaced(levels: np.ndarray) -> bytes:
    """An Adam7 PNG of grey levels; Pillow reads such files and cannot write them."""
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    rows = b"".join(
        b"\0" + row.tobytes()
        for x, y, step_x, step_y in passes
        for row in levels[y::step_y, x::step_x]
        if row.size
    )
    height, width = levels.shape
    return raw_png(width, height, rows, colour=0, interlace=1)


def apng(frames: int) -> bytes:
    images = [photo(seed=number) for number in range(frames)]
    return encoded(images[0], "PNG", save_all=True, append_images=images[1:])


# --- JPEG -----------------------------------------------------------------------------------------


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment right behind its beginning."""
    return data[:2] + segment(marker, body) + data[2:]


def segments(data: bytes) -> list[tuple[int, int, int]]:
    """Marker, begin and end; entropy-coded data belongs to the scan before it."""
    found, at = [], 2
    while data[at + 1] != 0xD9:
        marker, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        while marker == 0xDA and (data[end] != 0xFF or data[end + 1] in (0, *range(0xD0, 0xD8))):
            end += 1
        found.append((marker, at, end))
        at = end
    return [*found, (0xD9, at, at + 2)]


def part(data: bytes, marker: int) -> tuple[int, int]:
    """Begin and end of the first segment of a kind."""
    return next((begin, end) for code, begin, end in segments(data) if code == marker)


def many_scans(scans: int, side: int = 4000) -> bytes:
    """A progressive JPEG that repeats its last pass: small to send, long to decode."""
    data = encoded(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    begin, end = [(begin, end) for code, begin, end in segments(data) if code == 0xDA][-1]
    return data[:end] + data[begin:end] * scans + data[end:]


def mpf(count: int, kind: int = 0) -> bytes:
    """An MPF index that names so many pictures, all but the first of the type `kind`."""
    entries = b"".join(
        struct.pack("<IIIHH", 0x030000 if number == 0 else kind, 100, 0, 0, 0)
        for number in range(count)
    )
    fields = [(0xB000, 7, 4, b"0100"), (0xB001, 4, 1, struct.pack("<I", count))]
    fields.append((0xB002, 7, len(entries), struct.pack("<I", 8 + 2 + 36 + 4)))
    directory = struct.pack("<H", 3)
    directory += b"".join(struct.pack("<HHI", *field[:3]) + field[3] for field in fields)
    return b"MPF\0II*\0" + struct.pack("<I", 8) + directory + bytes(4) + entries


def video(size: int = 400) -> bytes:
    """The outline of an MP4, as a phone appends it to a photo."""
    body = bytes(number * 7 % 251 for number in range(size))
    return (
        struct.pack(">I4s8s", 16, b"ftyp", b"mp42\0\0\0\0")
        + struct.pack(">I4s", 8 + size, b"mdat")
        + body
    )


def samsung_trailer(body: bytes = b"1700000000000") -> bytes:
    name = b"Image_UTC_Data"
    block = struct.pack("<HHI", 0, 0x0A01, len(name)) + name + body
    entry = struct.pack("<HHII", 0, 0x0A01, len(block), len(block))
    directory = b"SEFH" + struct.pack("<II", 107, 1) + entry
    return block + directory + struct.pack("<I", len(directory)) + b"SEFT"


# --- WebP -----------------------------------------------------------------------------------------


def riff_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        found.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found


def webp_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
        for kind, content in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


# --- colour profiles ------------------------------------------------------------------------------


def profile(colorants: np.ndarray = DISPLAY_P3, name: str = "Wide") -> bytes:
    """A matrix profile with the sRGB curve. Source: ICC.1:2022, 8.3.3 and 10.18."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0)
    curve += b"".join(_fixed(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    tags = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    for key, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants.T, strict=True):
        tags[key] = _xyz(column)
    return _icc(b"RGB ", tags, name)


def grey_profile(gamma: float) -> bytes:
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return _icc(b"GRAY", {b"kTRC": curve}, "Grey")


def to_srgb(rgb: tuple[int, ...], colorants: np.ndarray = DISPLAY_P3) -> tuple[int, ...]:
    """What a colour of the profile above is in sRGB, by the formula alone."""
    levels = np.array(rgb[:3]) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.linalg.inv(SRGB) @ colorants @ linear, 0, 1)
    coded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return tuple(round(float(level) * 255) for level in coded)


def _icc(space: bytes, tags: dict[bytes, bytes], name: str) -> bytes:
    text = name.encode("utf-16-be")
    tags = {
        b"desc": b"mluc" + struct.pack(">4xII4sII", 1, 12, b"enUS", len(text), 28) + text,
        b"wtpt": _xyz(D50),
        **tags,
    }
    table, blobs, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for key, body in tags.items():
        table += struct.pack(">4sII", key, at + len(blobs), len(body))
        blobs += body + bytes(-len(body) % 4)
    head = struct.pack(">I4sI4s4s4s", at + len(blobs), b"lcms", 0x04300000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp")
    return head.ljust(68, b"\0") + b"".join(map(_fixed, D50)) + bytes(48) + table + blobs


def _xyz(values) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(_fixed(value) for value in values)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(float(value) * 65536))
