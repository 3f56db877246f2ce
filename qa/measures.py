"""Measures of image quality: pure functions of upright uint8 RGB pixels, shape (height, width, 3).

They know no limits and no verdicts.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels

MID_GREY = 0.18  # reflectance of the photographer's grey card
SHARPNESS_SHORT_SIDE_PX = 512
CLIP_LEVELS = 2  # levels next to 0 and 255 that count as clipped: JPEG smears exact ones
Floats = NDArray[np.float32]

_SRGB = np.arange(256) / 255.0
_LINEAR = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4)
LINEAR: Floats = _LINEAR.astype(np.float32)


def resolution(image: Pixels) -> float:
    """The short side, in pixels."""
    return float(min(image.shape[:2]))


def sharpness(image: Pixels) -> float:
    """Variance of the Laplacian of luma in the sharpest quarter of 8 x 8 tiles, squared levels.

    Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (ICPR 2000). The image is
    first reduced to a short side of 512 px, so that the value speaks of the picture and not of its
    size; tiles, because a soft background behind a sharp face is no fault.
    """
    luma = _luma(image)
    factor = SHARPNESS_SHORT_SIDE_PX / min(luma.shape)
    if factor < 1:
        reduced = cv2.resize(luma, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        luma = np.asarray(reduced, np.float32)
    laplacian = np.asarray(cv2.Laplacian(luma, cv2.CV_32F), np.float32)
    if min(luma.shape) > 2:
        laplacian = laplacian[1:-1, 1:-1]  # the mirrored border is no part of the picture
    variances = sorted(float(tile.var()) for tile in _tiles(laplacian, 8))
    best = variances[-max(1, len(variances) // 4) :]
    return float(np.mean(best))


def exposure(image: Pixels) -> float:
    """Mean luminance against mid-grey, in stops: log2(Y / 0.18), Y linear by the sRGB curve.

    -1 is half the light of a grey card. A black image is -12, the floor of 8-bit sRGB.
    """
    return float(np.log2(max(float(_luminance(image).mean()), 2.0**-12 * MID_GREY) / MID_GREY))


def clipped_shadows(image: Pixels) -> float:
    """Per cent of pixels whose every channel is at the black end."""
    return float((image.max(axis=2) <= CLIP_LEVELS).mean() * 100)


def clipped_highlights(image: Pixels) -> float:
    """Per cent of pixels whose every channel is at the white end."""
    return float((image.min(axis=2) >= 255 - CLIP_LEVELS).mean() * 100)


def noise(image: Pixels) -> float | None:
    """Standard deviation of the noise in luma, in levels; None below 3 px.

    Immerkaer, "Fast noise variance estimation" (CVIU 64, 1996), as the median over 16 x 16 tiles,
    so that texture in a part of the picture does not count as noise.
    """
    luma = _luma(image)
    if min(luma.shape) < 3:
        return None
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(luma, cv2.CV_32F, kernel)[1:-1, 1:-1])
    means = [float(tile.mean()) for tile in _tiles(response, 16)]
    return float(np.sqrt(np.pi / 2) / 6 * np.median(means))


def colour_cast(image: Pixels) -> float:
    """Angle of the estimated illuminant from neutral, in degrees; 0 is no cast.

    Shades of grey with a Minkowski norm of 6: Finlayson and Trezzi, "Shades of gray and colour
    constancy" (CIC 2004), over linear light. A black image has no cast.
    """
    small = cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA)
    light = LINEAR[small].reshape(-1, 3).astype(np.float64)
    illuminant = (light**6).mean(axis=0) ** (1 / 6)
    length = float(np.linalg.norm(illuminant))
    if length == 0:
        return 0.0
    cosine = float(illuminant.sum()) / (length * np.sqrt(3))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def blockiness(image: Pixels) -> float | None:
    """Mean luma step across the 8 px grid of JPEG against the mean step within it; 1 is none.

    The first feature of Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of
    JPEG compressed images" (ICIP 2002), made relative. None below 17 px or without any step.
    """
    luma = _luma(image)
    if min(luma.shape) < 17:
        return None
    across: list[float] = []
    for steps in (np.abs(np.diff(luma, axis=1)), np.abs(np.diff(luma, axis=0)).T):
        on_grid = np.arange(steps.shape[1]) % 8 == 7
        inside = float(steps[:, ~on_grid].mean())
        if inside > 0:
            across.append(float(steps[:, on_grid].mean()) / inside)
    return float(np.mean(across)) if across else None


def _luma(image: Pixels) -> Floats:
    """Rec. 601 luma in levels, as float32."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)


def _luminance(image: Pixels) -> Floats:
    """Rec. 709 relative luminance, 0 to 1, linear."""
    weights = (0.2126, 0.7152, 0.0722)
    return np.asarray(
        sum(LINEAR[image[:, :, channel]] * np.float32(w) for channel, w in enumerate(weights))
    )


def _tiles(values: Floats, count: int) -> list[Floats]:
    """At most count x count tiles that cover the whole; fewer where there are fewer pixels."""
    height, width = values.shape
    rows = np.array_split(values, min(count, height), axis=0)
    return [tile for row in rows for tile in np.array_split(row, min(count, width), axis=1)]
