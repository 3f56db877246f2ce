"""From decoded pixels to the display file and the thumbnails; runs in the decoding child only.

Knows Pillow; sees nothing of an image but its allow-listed segments and its colour profile.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

# The named plugins are imported, so that Image.open finds them without loading all of Pillow's.
from PIL import Image, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from studio.lib.scans.structure import Rendition

THUMBNAIL_SIDES_PX = (1280, 512, 256)
FORMATS = tuple(
    plugin.format
    for plugin in (
        PngImagePlugin.PngImageFile,
        JpegImagePlugin.JpegImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")
# Writers of sRGB profiles round differently; a level of 3 of 255 is not seen.
_SAME_COLOUR_LEVELS = 3
# Beyond this a display file takes the encoder that is fast and lean, so that 50 megapixels with
# alpha and a profile stay within 10 s and 1.5 GiB; WebP's own encoder needs more of both.
_LARGE_PIXELS = 12_000_000
# libjpeg fills what is missing before the end marker with grey and says nothing. Without that
# marker it waits for more, and Pillow raises. 64 one bits feed the decoder's look-ahead: no
# Huffman code is all ones, so that they make no pixels.
_LOOKAHEAD = b"\xff\x00" * 8
_Change = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True)
class Order:
    """What to render: the scan's findings, sizes in px as stored."""

    format: str
    width: int
    height: int
    orientation: int
    is_16_bit: bool
    is_lossless: bool
    is_one_scan: bool


def render(order: Order, image_bytes: bytes, icc: bytes) -> list[Rendition]:
    """The thumbnails, and the display file where pixels must change; raises what Pillow raises."""
    with opened(order, image_bytes) as image:
        colours = _colour_change(image, icc)
        must_change = _must_change(order, image, colours)
        if not must_change:
            # Entropy decoding stays complete; only the inverse transform is done at a smaller size.
            image.draft(None, (THUMBNAIL_SIDES_PX[0], THUMBNAIL_SIDES_PX[0]))
        image.load()
        pixels = in_eight_bits(image) if order.is_16_bit else image
        return _files(order, pixels, colours, must_change=must_change)


def upright(order: Order, image_bytes: bytes, icc: bytes) -> Image.Image:
    """The picture's own pixels in RGB or RGBA: upright, sRGB, 8 bits, and never encoded again."""
    with opened(order, image_bytes) as image:
        colours = _colour_change(image, icc)
        must_change = _must_change(order, image, colours)
        image.load()
        pixels = in_eight_bits(image) if order.is_16_bit else image
        if must_change:
            pixels = _normalised(pixels, order, colours)
        pixels = pixels.convert("RGBA" if pixels.has_transparency_data else "RGB")
        pixels.info = {}
        return pixels


@contextmanager
def opened(order: Order, image_bytes: bytes) -> Iterator[Image.Image]:
    """The picture, not yet decoded, once the decoder agrees with the scan about what it is."""
    if order.is_one_scan:
        image_bytes = image_bytes[:-2] + _LOOKAHEAD
    with Image.open(BytesIO(image_bytes), formats=FORMATS) as image:
        if image.format != order.format.upper() or image.size != (order.width, order.height):
            raise ValueError("The decoder sees another picture than the scan")
        if getattr(image, "n_frames", 1) != 1:
            raise ValueError("The decoder sees several frames")
        yield image


def _must_change(order: Order, image: Image.Image, colours: _Change | None) -> bool:
    return bool(colours or order.orientation in TURNS or order.is_16_bit or image.mode == "CMYK")


def _files(
    order: Order, image: Image.Image, colours: _Change | None, *, must_change: bool
) -> list[Rendition]:
    upright = (order.width, order.height)
    files = []
    if must_change:
        image = _normalised(image, order, colours)
        upright = image.size
        files.append(_display(order, image))
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    for side_px in THUMBNAIL_SIDES_PX:
        size = _fit(upright, side_px)
        if size != image.size:
            # In half the time of Lanczos, and nearer to it than WebP is to either.
            image = image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
        image.info = {}
        data = BytesIO()
        image.save(data, "WEBP", quality=82, method=2)
        files.append(Rendition(f"w{side_px}", "webp", data.getvalue(), *size))
    return files


def _fit(size: tuple[int, int], side_px: int) -> tuple[int, int]:
    """`size` scaled down so that the long side has at most `side_px`; never up."""
    width, height = size
    scale = min(1.0, side_px / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _normalised(image: Image.Image, order: Order, colours: _Change | None) -> Image.Image:
    """SRGB, upright; alpha kept."""
    if colours is not None:
        image = colours(image)
    elif image.mode == "CMYK":
        image = image.convert("RGB")
    if order.orientation in TURNS:
        turned = image.transpose(TURNS[order.orientation])
        turned.info = image.info
        image = turned
    return image


def in_eight_bits(image: Image.Image) -> Image.Image:
    """The upper byte of each level, as Pillow reads 16-bit colour, also of a transparent colour."""
    info = image.info
    if image.mode == "I;16":
        image = image.point(lambda level: level / 256).convert("L")
    if (key := info.get("transparency")) is not None:
        image.info["transparency"] = (
            tuple(level >> 8 for level in key) if isinstance(key, tuple) else key >> 8
        )
    return image


def _display(order: Order, image: Image.Image) -> Rendition:
    """The picture in its own format, free of everything but pixels."""
    data = BytesIO()
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    kind = order.format
    is_large = image.width * image.height > _LARGE_PIXELS
    if kind == "webp" and is_large:
        kind = "png" if image.has_transparency_data or order.is_lossless else "jpeg"
    if kind == "jpeg":
        image.save(data, "JPEG", quality=95, subsampling=0)
    elif kind == "png":
        return as_png("display", image)
    elif order.is_lossless:
        image.save(data, "WEBP", lossless=True, quality=20, method=1, exact=True)
    else:
        image.save(data, "WEBP", quality=95, method=2)
    extension = {"jpeg": "jpg"}.get(kind, kind)
    return Rendition("display", extension, data.getvalue(), *image.size)


def as_png(name: str, image: Image.Image) -> Rendition:
    """The picture as a PNG without loss."""
    data = BytesIO()
    fast = {"compress_level": 1, "compress_type": zlib.Z_RLE}
    is_large = image.width * image.height > _LARGE_PIXELS
    image.save(data, "PNG", **(fast if is_large else {}))
    return Rendition(name, "png", data.getvalue(), *image.size)


def _colour_change(image: Image.Image, icc: bytes) -> _Change | None:
    """What brings the picture to sRGB; None where it is sRGB, or the profile is broken."""
    if not icc:
        return None
    mode = {"1": "L", "L": "L", "LA": "L", "I;16": "L", "CMYK": "CMYK"}.get(image.mode, "RGB")
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        if profile.profile.xcolor_space.strip() != {"L": "GRAY"}.get(mode, mode):
            return None
        transform = ImageCms.buildTransform(profile, _SRGB, mode, "RGB")
    except (ImageCms.PyCMSError, OSError):
        return None
    if mode == "CMYK":
        return lambda picture: _applied(transform, picture)
    if mode == "L":
        return _grey_change(transform)
    levels = bytes(level for level in range(0, 256, 17))
    grid = bytes(value for r in levels for g in levels for b in levels for value in (r, g, b))
    changed = _applied(transform, Image.frombytes("RGB", (64, 64), grid)).tobytes()
    if max(abs(a - b) for a, b in zip(grid, changed, strict=True)) <= _SAME_COLOUR_LEVELS:
        return None
    return lambda picture: _colour_changed(transform, picture)


def _grey_change(transform: ImageCms.ImageCmsTransform) -> _Change | None:
    """A grey profile is one curve: 256 levels."""
    ramp = bytes(range(256))
    curve = _applied(transform, Image.frombytes("L", (256, 1), ramp)).getchannel("G").tobytes()
    if max(abs(a - b) for a, b in zip(ramp, curve, strict=True)) <= _SAME_COLOUR_LEVELS:
        return None

    def change(picture: Image.Image) -> Image.Image:
        if picture.has_transparency_data:
            grey, alpha = picture.convert("LA").split()
            return Image.merge("LA", (grey.point(list(curve)), alpha))
        return picture.convert("L").point(list(curve))

    return change


def _colour_changed(transform: ImageCms.ImageCmsTransform, picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return _applied(transform, picture.convert("RGB"))
    picture = picture.convert("RGBA")
    alpha = picture.getchannel("A")
    changed = _applied(transform, picture.convert("RGB"))
    changed.putalpha(alpha)
    return changed


def _applied(transform: ImageCms.ImageCmsTransform, picture: Image.Image) -> Image.Image:
    """`picture` in RGB; the profile that lcms leaves in `info` is not kept by `_display`."""
    return transform.apply(picture)
