"""How far two pictures are apart: pure functions of upright uint8 pixels, RGB or luma alone."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels

HASH_SIDE, HASH_REDUCED_PX = 8, 32
SSIM_WINDOW_PX, SSIM_SIGMA = 11, 1.5
SSIM_C1, SSIM_C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PixelDistance:
    """Mean and largest difference of a channel, 0 to 255, and the share of pixels that differ."""

    mean: float
    largest: float
    share: float


def pixel_distance(a: Pixels, b: Pixels) -> PixelDistance | None:
    """The distance pixel by pixel; None for pictures of two sizes."""
    if a.shape != b.shape:
        return None
    apart = np.abs(a.astype(np.int16) - b.astype(np.int16))
    differing = apart.max(axis=2) > 0
    return PixelDistance(float(apart.mean()), float(apart.max()), float(differing.mean()))


def phash(image: Pixels) -> NDArray[np.bool_]:
    """The perceptual hash, 64 bits: which low frequencies lie above their median.

    Zauner, "Implementation and benchmarking of perceptual image hash functions" (2010): the DCT of
    luma reduced to 32 x 32, its 8 x 8 lowest frequencies; the median leaves out the mean level.
    """
    small = cv2.resize(
        _luma(image), (HASH_REDUCED_PX, HASH_REDUCED_PX), interpolation=cv2.INTER_AREA
    )
    low = np.asarray(cv2.dct(small), np.float64)[:HASH_SIDE, :HASH_SIDE].ravel()
    return np.asarray(low > np.median(low[1:]), np.bool_)


def packed(phash: NDArray[np.bool_]) -> int:
    """64 bits as the signed integer that a database column holds."""
    return int.from_bytes(np.packbits(phash).tobytes(), "big", signed=True)


def phash_distance(a: Pixels, b: Pixels) -> int:
    """Differing bits of the perceptual hashes, 0 to 64, for pictures of any size."""
    return int((phash(a) != phash(b)).sum())


def ssim(a: Pixels, b: Pixels) -> float | None:
    """Mean structural similarity of luma, 1 for equal pictures; None for two sizes or too small.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity" (IEEE TIP 13, 2004): Gaussian window of 11 px, sigma 1.5, K 0.01
    and 0.03.
    """
    if a.shape != b.shape or min(a.shape[:2]) < SSIM_WINDOW_PX:
        return None
    x, y = _luma(a).astype(np.float64), _luma(b).astype(np.float64)
    mean_x, mean_y = _blurred(x), _blurred(y)
    var_x = _blurred(x * x) - mean_x**2
    var_y = _blurred(y * y) - mean_y**2
    both = _blurred(x * y) - mean_x * mean_y
    levels = (2 * mean_x * mean_y + SSIM_C1) / (mean_x**2 + mean_y**2 + SSIM_C1)
    shapes = (2 * both + SSIM_C2) / (var_x + var_y + SSIM_C2)
    edge = SSIM_WINDOW_PX // 2
    return float((levels * shapes)[edge:-edge, edge:-edge].mean())


def cosine_distance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float | None:
    """1 minus the cosine of two face vectors of one model, 0 to 2; None for a vector of zeros."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    lengths = float(np.linalg.norm(x) * np.linalg.norm(y))
    if not lengths:
        return None
    return round(float(np.clip(1.0 - float(x @ y) / lengths, 0.0, 2.0)), 12)


def _luma(image: Pixels) -> NDArray[np.float32]:
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float32)


def _blurred(values: Floats) -> Floats:
    window = (SSIM_WINDOW_PX, SSIM_WINDOW_PX)
    return np.asarray(cv2.GaussianBlur(values, window, SSIM_SIGMA), np.float64)
