"""What an image may be at most, and the words in which one is refused.

Knows every code and sentence of the validator; reads no bytes.
"""

from dataclasses import dataclass
from typing import Literal

from studio.lib.errors import StudioError

Format = Literal["png", "jpeg", "webp"]
Code = Literal[
    "no_file",
    "empty",
    "too_large",
    "bad_extension",
    "not_allowed_format",
    "type_mismatch",
    "too_many_pixels",
    "too_small",
    "extreme_aspect",
    "animated",
    "metadata_too_large",
    "decode_failed",
    "decode_timeout",
    "trailing_data",
]
TITLES: dict[Format, str] = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
EXTENSIONS: dict[Format, tuple[str, ...]] = {
    "png": ("png",),
    "jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "webp": ("webp",),
}


@dataclass(frozen=True)
class Limits:
    """The most that is accepted; sizes in bytes and pixels, aspect as long side / short side."""

    max_bytes: int = 10 * 2**20
    max_pixels: int = 50_000_000
    min_side_px: int = 64
    max_aspect: float = 10
    max_metadata_bytes: int = 2 * 2**20
    max_jpeg_scans: int = 100


class ImageRefused(StudioError):
    """An image that is not taken in; `extra` names the field, the limit and what was found."""

    def __init__(
        self,
        sentence: str,
        *,
        code: Code,
        field: str = "file",
        limit: float | str | None = None,
        actual: float | str | None = None,
    ) -> None:
        super().__init__(sentence, code=code, field=field, limit=limit, actual=actual)


def empty() -> ImageRefused:
    return ImageRefused(
        "The file is empty. Check that it was copied or downloaded completely, then choose it"
        " again.",
        code="empty",
        limit=1,
        actual=0,
    )


def too_large(limit: int, actual: int) -> ImageRefused:
    return ImageRefused(
        f"File too large. Maximum size is {limit / 2**20:g}MB. Save the image with fewer pixels"
        " or stronger compression and send it again.",
        code="too_large",
        limit=limit,
        actual=actual,
    )


def bad_extension(extension: str, looks_like: str | None) -> ImageRefused:
    guess = f" This looks like {looks_like}." if looks_like else ""
    return ImageRefused(
        f"A file name that ends in “.{extension}” is not accepted, only .png, .jpg, .jpeg and"
        f" .webp.{guess} Rename the file if it is such an image, or save the picture as one.",
        code="bad_extension",
        limit=", ".join(name for names in EXTENSIONS.values() for name in names),
        actual=extension,
    )


def type_mismatch(extension: str, found: Format) -> ImageRefused:
    return ImageRefused(
        f"The file is named .{extension} but holds a {TITLES[found]} image. Rename it to"
        f" .{EXTENSIONS[found][0]}, or save it again as what its name says.",
        code="type_mismatch",
        limit=extension,
        actual=found,
    )


def not_allowed_format(looks_like: str | None) -> ImageRefused:
    guess = f"This looks like {looks_like}" if looks_like else "This is none of them"
    return ImageRefused(
        "Invalid file type. Allowed: image/png, image/jpeg, image/jpg, image/webp."
        f" {guess}; save the picture as PNG, JPEG or WebP and send that.",
        code="not_allowed_format",
        limit="png, jpeg, webp",
        actual=looks_like,
    )


def animated(frames: int, what: str) -> ImageRefused:
    return ImageRefused(
        f"The file holds {what}, and exactly one picture is accepted. Save a single frame as"
        " PNG or JPEG and send that.",
        code="animated",
        limit=1,
        actual=frames,
    )


def metadata_too_large(limit: int, actual: int) -> ImageRefused:
    return ImageRefused(
        f"The image carries {actual / 2**20:.1f} MB of metadata (profiles, previews, comments);"
        f" at most {limit / 2**20:g} MB are accepted. Export it without metadata.",
        code="metadata_too_large",
        limit=limit,
        actual=actual,
    )


def trailing_data(size_bytes: int, looks_like: str | None) -> ImageRefused:
    what = f" ({looks_like})" if looks_like else ""
    return ImageRefused(
        f"{size_bytes:,} bytes of something else{what} follow the end of the image. Open it in"
        " an image editor, save it again and send the new file.",
        code="trailing_data",
        limit=0,
        actual=size_bytes,
    )


def damaged(image_format: Format, detail: str) -> ImageRefused:
    return ImageRefused(
        f"The {TITLES[image_format]} image is damaged: {detail}. Send the original again, or"
        " open it in an image editor and save it anew.",
        code="decode_failed",
    )


def too_many_parts(image_format: Format, what: str, limit: int, actual: int) -> ImageRefused:
    return ImageRefused(
        f"The {TITLES[image_format]} image is built from {actual:,} {what}; at most {limit:,}"
        " are accepted. Open it in an image editor and save it anew.",
        code="decode_failed",
        limit=limit,
        actual=actual,
    )


def too_many_scans(limit: int, actual: int) -> ImageRefused:
    return ImageRefused(
        f"The JPEG is built from {actual:,} passes and would take too long to decode; at most"
        f" {limit:,} are accepted. Save it again as an ordinary (not progressive) JPEG.",
        code="decode_timeout",
        limit=limit,
        actual=actual,
    )


def decode_timeout(limit_s: float) -> ImageRefused:
    return ImageRefused(
        f"Decoding the image took longer than {limit_s:g} seconds and was stopped. Save it as"
        " an ordinary PNG or JPEG (not progressive) and send that.",
        code="decode_timeout",
        limit=limit_s,
    )


def judge_size(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture of `width` x `height` px that is too big, too small or too narrow."""
    if width * height > limits.max_pixels:
        raise ImageRefused(
            f"The image has {width:,} × {height:,} pixels ({width * height / 1e6:.1f} megapixels);"
            f" at most {limits.max_pixels / 1e6:g} megapixels are accepted. Scale it down.",
            code="too_many_pixels",
            limit=limits.max_pixels,
            actual=width * height,
        )
    if min(width, height) < limits.min_side_px:
        raise ImageRefused(
            f"The image has {width} × {height} pixels; each side must have at least"
            f" {limits.min_side_px}. Send a larger version.",
            code="too_small",
            limit=limits.min_side_px,
            actual=min(width, height),
        )
    aspect = max(width, height) / min(width, height)
    if aspect > limits.max_aspect:
        raise ImageRefused(
            f"The image has {width} × {height} pixels, {aspect:.1f} times as long as wide; at"
            f" most {limits.max_aspect:g} times is accepted. Crop it.",
            code="extreme_aspect",
            limit=limits.max_aspect,
            actual=round(aspect, 2),
        )
