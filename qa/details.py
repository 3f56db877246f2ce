"""Measures of the finest detail of a picture: what is sharp, what is noise, what is compression.

Pure functions of a `View`, as in `measures`. They look at tiles: a part may say more than all.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels
from qa.views import CLIP_LEVELS, EVEN_SIDE_PX, View

Floats = NDArray[np.float32]

SMALLEST_PX = 16  # below, there are no edges to speak of
GAUSS_MTF50 = (np.log(2) / (2 * np.pi**2)) ** 0.5  # line pairs a px at a sigma of 1 px: 0.187
OWN_BLUR = 1 + 5 / 24  # px²: the Gaussian that smooths noise, and the differences themselves
LEAST_BLUR = 0.1  # px²
LEAST_SLOPE = 0.05  # mean squared step, in levels: what rounding alone makes of a smooth picture
NOISE_KERNEL = np.array([1, -2, 1], np.float32)
NOISE_TILE_PX, SHARPNESS_TILE_PX = 32, 64
MARGIN_PX = 4  # rows on each side of a band that only its neighbours' smoothing needs
NOISE_BANDS = 6  # rows of tiles that are looked at, however many there are
NOISE_UNCLIPPED = 0.95  # of a tile; what is clipped has lost its noise
BLOCK_PX = 8
LEAST_STEP = 0.1  # levels: what a step is compared with where a picture is flat within its blocks


def sharpness(view: View) -> float | None:
    """Line pairs, over a side of the picture made square, that keep half their contrast (MTF50).

    For an edge of contrast c blurred by a Gaussian of sigma, the squared gradient (Tenenbaum's
    measure) sums to c^2 / (2 sqrt(pi) sigma) and the squared Laplacian (Pech-Pacheco et al.,
    "Diatom autofocusing in brightfield microscopy", ICPR 2000) to c^2 / (4 sqrt(pi) sigma^3); so
    sigma^2 is half their ratio, whatever the contrast and the light. MTF50 of a Gaussian is
    0.187 / sigma (ISO 12233 gives the unit). Sigma counts in a picture of 512 px and
    includes the 1.1 px that the measure itself adds: a picture has at most 87.

    Taken from the quarter of 64 px tiles with the largest Laplacians, because a soft background
    behind a sharp face is no fault. None below 16 px, and without any edge.
    """
    if min(view.luma.shape) < SMALLEST_PX:
        return None
    even = view.even
    starts = range(0, max(1, len(even) - 2 * MARGIN_PX - SHARPNESS_TILE_PX + 1), SHARPNESS_TILE_PX)
    tiles = [_edges_of_band(even[at : at + SHARPNESS_TILE_PX + 2 * MARGIN_PX]) for at in starts]
    slopes, bends = (np.concatenate(column) for column in zip(*tiles, strict=True))
    best = np.argsort(bends)[-max(1, len(bends) // 4) :]
    slope, bend = float(slopes[best].mean()), float(bends[best].mean())
    if slope < LEAST_SLOPE:
        return None
    blur = slope / (2 * bend) - OWN_BLUR
    # Never below 0, which texture alone would give, and still growing with every blur.
    blur = (blur + (blur**2 + LEAST_BLUR**2) ** 0.5) / 2
    enlarged = EVEN_SIDE_PX / even.size**0.5
    return float(EVEN_SIDE_PX * GAUSS_MTF50 / (blur * enlarged**2 + OWN_BLUR) ** 0.5)


def noise(view: View) -> float | None:
    """Standard deviation of the noise of a pixel, in levels of green; None below 3 px.

    Immerkaer, "Fast noise variance estimation" (CVIU 64, 1996), as the lower quartile over 32 px
    tiles, so that texture does not count as noise; clipped tiles hide theirs and are left out.
    Green is what cameras sample most densely. White noise is halved where the picture is.
    """
    height, width = view.rgb.shape[:2]
    if min(height, width) < 3:
        return None
    bands = max(1, (height - 2) // NOISE_TILE_PX)
    tiles = [
        _noise_of_band(view.rgb[band * NOISE_TILE_PX :][: NOISE_TILE_PX + 2])
        for band in range(0, bands, -(-bands // NOISE_BANDS))
    ]
    means, shares = (np.concatenate(column) for column in zip(*tiles, strict=True))
    unclipped = shares > NOISE_UNCLIPPED * 255
    quartile = float(np.percentile(means[unclipped] if unclipped.any() else means, 25))
    return float(np.sqrt(np.pi / 2)) / 6 * quartile * view.factor


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
    # Every other row shows the same columns.
    columns = cv2.reduce(
        cv2.absdiff(luma[::2, 1:], luma[::2, :-1]), 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F
    )
    rows = cv2.reduce(cv2.absdiff(luma[1:], luma[:-1]), 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    return float(
        np.mean([_grid(np.asarray(steps, np.float32).ravel(), period) for steps in (columns, rows)])
    )


def _edges_of_band(luma: Pixels) -> tuple[Floats, Floats]:
    """Of each tile, the mean squared gradient and the mean squared Laplacian, smoothed by 1 px."""
    smooth = cv2.GaussianBlur(np.asarray(luma, np.float32), (7, 7), 1)
    bend = np.asarray(cv2.Laplacian(smooth, cv2.CV_32F))[MARGIN_PX:-MARGIN_PX, 1:-1]
    here = smooth[MARGIN_PX:-MARGIN_PX, 1:-1]
    across = cv2.subtract(smooth[MARGIN_PX:-MARGIN_PX, 2:], here)
    down = cv2.subtract(smooth[MARGIN_PX + 1 : 1 - MARGIN_PX, 1:-1], here)
    slope = cv2.add(cv2.multiply(across, across), cv2.multiply(down, down))
    bend = cv2.multiply(bend, bend)
    return _tile_means(slope, SHARPNESS_TILE_PX), _tile_means(bend, SHARPNESS_TILE_PX)


def _noise_of_band(rgb: Pixels) -> tuple[Floats, Floats]:
    """Of each tile, the mean of |Immerkaer's response|, and 255 times the share not clipped."""
    green = cv2.extractChannel(rgb, 1)
    response = cv2.sepFilter2D(green, cv2.CV_16S, NOISE_KERNEL, NOISE_KERNEL)[1:-1, 1:-1]
    between = cv2.inRange(green, CLIP_LEVELS + 1, 254 - CLIP_LEVELS)[1:-1, 1:-1]
    return _tile_means(np.abs(response), NOISE_TILE_PX), _tile_means(between, NOISE_TILE_PX)


def _grid(steps: Floats, period: int) -> float:
    """How much the steps at one place of each period stand out."""
    lines = np.sort(steps[: len(steps) // period * period].reshape(-1, period), axis=0)
    means = lines[: len(lines) - -(-len(lines) // 10)].mean(axis=0)
    edge = float(means.max())
    inside = (float(means.sum()) - edge) / (period - 1)
    return 1 + (edge - inside) / max(inside, LEAST_STEP)


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
