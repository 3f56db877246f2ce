"""Measures of image quality: pure functions of a `View`, a number out.

They know no limits and no verdicts. None is "cannot be measured"; no number is ever NaN.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels
from qa.views import EVEN_SIDE_PX, View

MID_GREY = 0.18  # reflectance of the photographer's grey card
CLIP_LEVELS = 2  # levels next to 0 and 255 that count as clipped: JPEG smears exact ones
Floats = NDArray[np.float32]

_SRGB = np.arange(256) / 255.0
LINEAR: NDArray[np.float64] = np.where(
    _SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4
)
# Linear sRGB to CIE XYZ with the white point D65, which is divided out (IEC 61966-2-1).
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_XYZ /= _XYZ.sum(axis=1, keepdims=True)

SMALLEST_PX = 16  # below, there are no edges to speak of
GAUSS_MTF50 = (np.log(2) / (2 * np.pi**2)) ** 0.5  # line pairs a px at a sigma of 1 px: 0.187
LEAST_SLOPE = 0.05  # mean squared step, in levels: what rounding alone makes of a smooth picture
MINKOWSKI = 6
NOISE_KERNEL = np.array([1, -2, 1], np.float32)
NOISE_TILE_PX, SHARPNESS_TILE_PX = 32, 64
BLOCK_PX = 8
LEAST_STEP = 0.25  # levels: what a step is compared with where a picture is flat within its blocks


def resolution(view: View) -> float:
    """The short side of the picture, in pixels."""
    return float(min(view.size))


def sharpness(view: View) -> float | None:
    """Line pairs, over a side of the picture made square, that keep half their contrast (MTF50).

    For an edge of contrast c blurred by a Gaussian of sigma, the squared gradient (Tenenbaum's
    measure) sums to c^2 / (2 sqrt(pi) sigma) and the squared Laplacian (Pech-Pacheco et al.,
    "Diatom autofocusing in brightfield microscopy", ICPR 2000) to c^2 / (4 sqrt(pi) sigma^3); so
    sigma^2 is half their ratio, whatever the contrast and the light. MTF50 of a Gaussian is
    0.187 / sigma (ISO 12233 gives the unit). Sigma includes the 1 px (of 512) with which noise is
    smoothed and 5/24 px^2 of the differences: at most 87.

    Taken from the quarter of 64 px tiles with the largest Laplacians, because a soft background
    behind a sharp face is no fault. None below 16 px, and without any edge.
    """
    if min(view.luma.shape) < SMALLEST_PX:
        return None
    smooth = cv2.GaussianBlur(np.asarray(view.even, np.float32), (7, 7), 1)
    here = smooth[1:-1, 1:-1]
    across = cv2.subtract(smooth[1:-1, 2:], here)
    down = cv2.subtract(smooth[2:, 1:-1], here)
    laplacian = np.asarray(cv2.Laplacian(smooth, cv2.CV_32F))[1:-1, 1:-1]
    slopes = _tile_means(
        cv2.add(cv2.multiply(across, across), cv2.multiply(down, down)), SHARPNESS_TILE_PX
    )
    bends = _tile_means(cv2.multiply(laplacian, laplacian), SHARPNESS_TILE_PX)
    best = np.argsort(bends)[-max(1, len(bends) // 4) :]
    slope, bend = float(slopes[best].mean()), float(bends[best].mean())
    if slope < LEAST_SLOPE:
        return None
    return float(EVEN_SIDE_PX * GAUSS_MTF50 / (slope / (2 * bend)) ** 0.5)


def exposure(view: View) -> float:
    """Mean luminance against mid-grey, in stops: log2(Y / 0.18), Y linear by the sRGB curve.

    -1 is half the light of a grey card. A black image is -12, the floor of 8-bit sRGB.
    """
    luminance = float(view.levels @ LINEAR @ _XYZ[1])
    return float(np.log2(max(luminance, 2.0**-12 * MID_GREY) / MID_GREY))


def clipped_shadows(view: View) -> float:
    """Per cent of pixels whose every channel is at the black end."""
    return _share(view.rows, 0, CLIP_LEVELS)


def clipped_highlights(view: View) -> float:
    """Per cent of pixels whose every channel is at the white end."""
    return _share(view.rows, 255 - CLIP_LEVELS, 255)


def noise(view: View) -> float | None:
    """Standard deviation of the noise of a pixel, in levels of green; None below 3 px.

    Immerkaer, "Fast noise variance estimation" (CVIU 64, 1996), as the lower quartile over 32 px
    tiles, so that texture does not count as noise; tiles that are clipped hide theirs. Green is
    what cameras sample most densely. In a reduced picture white noise is smaller by the factor.
    """
    green = np.asarray(cv2.extractChannel(view.rgb, 1))
    if min(green.shape) < 3:
        return None
    response = cv2.sepFilter2D(green, cv2.CV_16S, NOISE_KERNEL, NOISE_KERNEL)[1:-1, 1:-1]
    means = _tile_means(np.abs(response), NOISE_TILE_PX)
    between = cv2.inRange(green, CLIP_LEVELS + 1, 254 - CLIP_LEVELS)[1:-1, 1:-1]
    open_tiles = _tile_means(between, NOISE_TILE_PX) > 0.95 * 255
    quartile = float(np.percentile(means[open_tiles] if open_tiles.any() else means, 25))
    return float(np.sqrt(np.pi / 2)) / 6 * quartile * view.factor


def colour_cast(view: View) -> float:
    """Chroma C*ab of the light's colour in CIELAB (D65): 0 is neutral, about 2 is just seen.

    The light by shades of grey with a Minkowski norm of 6, over linear light: Finlayson and
    Trezzi, "Shades of gray and colour constancy" (CIC 2004). A black image has no cast.
    """
    light = (view.levels @ LINEAR**MINKOWSKI) ** (1 / MINKOWSKI)
    ratios = _XYZ @ light
    x, y, z = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return float(np.hypot(500 * (x - y), 200 * (y - z)))


def blockiness(view: View) -> float | None:
    """Mean luma step across the 8 px grid of JPEG against the mean step within it; 1 is none.

    The first feature of Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of
    JPEG compressed images" (ICIP 2002), made relative. The grid may begin anywhere, since a crop
    moves it; a tenth of the lines, the strongest, are edges of the picture and left out. None
    where the picture, or what was decoded of it, has fewer than four blocks.
    """
    luma, period = view.luma, BLOCK_PX // view.factor
    if period < 2 or min(luma.shape) < 4 * period:
        return None
    columns = cv2.reduce(
        cv2.absdiff(luma[:, 1:], luma[:, :-1]), 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F
    )
    rows = cv2.reduce(cv2.absdiff(luma[1:], luma[:-1]), 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    return float(
        np.mean([_grid(np.asarray(steps, np.float32).ravel(), period) for steps in (columns, rows)])
    )


def _grid(steps: Floats, period: int) -> float:
    """How much the steps at one place of each period stand out."""
    lines = np.sort(steps[: len(steps) // period * period].reshape(-1, period), axis=0)
    means = lines[: len(lines) - -(-len(lines) // 10)].mean(axis=0)
    edge = float(means.max())
    inside = (float(means.sum()) - edge) / (period - 1)
    return 1 + (edge - inside) / max(inside, LEAST_STEP)


def _share(rows: Pixels, low: int, high: int) -> float:
    within = cv2.inRange(rows, (low, low, low), (high, high, high))
    return 100 * cv2.countNonZero(within) / within.size


def _tile_means(values: "cv2.typing.MatLike", side_px: int) -> Floats:
    """The means of tiles at least `side_px` wide and high (one, where there is less), flat."""
    height, width = values.shape
    rows, columns = max(1, height // side_px), max(1, width // side_px)
    high, wide = height // rows, width // columns
    strips = [
        cv2.reduce(values[row * high : (row + 1) * high], 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
        for row in range(rows)
    ]
    means = np.concatenate(strips)[:, : columns * wide].reshape(rows * columns, wide)
    return np.asarray(means.mean(axis=1), np.float32)
