"""Five measures of a picture by nothing but the calls that they need: the peers of `qa`.

Plain variance of the Laplacian, mean luminance, Immerkaer's noise, grey world and Wang's
blockiness: no tiles, no tails, no scale.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_LINEAR = np.where(
    np.arange(256) <= 10, np.arange(256) / 3294.6, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
)
_SECOND = np.array([1, -2, 1], np.float32)


def five(rgb: Pixels) -> list[float]:
    """Fast: 8 and 16 bits as long as they last, each plane once."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    counts = [cv2.calcHist([rgb], [at], None, [256], [0, 256]) for at in range(3)]
    light = np.asarray(counts, np.float64).reshape(3, 256) @ _LINEAR / luma.size
    half = cv2.resize(luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    _, spread = cv2.meanStdDev(cv2.Laplacian(half, cv2.CV_16S))
    response = cv2.sepFilter2D(luma, cv2.CV_16S, _SECOND, _SECOND)
    noise = cv2.norm(response, cv2.NORM_L1) / luma.size
    ratios = []
    for steps in (cv2.absdiff(luma[:, 1:], luma[:, :-1]), cv2.absdiff(luma[1:], luma[:-1]).T):
        sums = cv2.reduce(steps, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
        ratios.append(float(sums[7::8].mean() / sums.mean()))
    mean = light / np.linalg.norm(light)
    return [float(spread[0, 0]) ** 2, float(light.mean()), noise, float(mean.max()), sum(ratios)]


def five_naively(rgb: Pixels) -> list[float]:
    """The same by the formulas as they are written, in floating point and whole planes."""
    levels = rgb.astype(np.float64)
    luma = levels @ [0.299, 0.587, 0.114]
    light = np.where(levels <= 10, levels / 3294.6, ((levels / 255 + 0.055) / 1.055) ** 2.4)
    half = luma[::2, ::2]
    laplacian = (
        half[1:-1, 2:] + half[1:-1, :-2] + half[2:, 1:-1] + half[:-2, 1:-1] - 4 * half[1:-1, 1:-1]
    )
    second = luma[:, 2:] - 2 * luma[:, 1:-1] + luma[:, :-2]
    noise = np.abs(second[2:] - 2 * second[1:-1] + second[:-2]).mean()
    mean = light.mean(axis=(0, 1))
    both = (np.abs(np.diff(luma, axis=1)), np.abs(np.diff(luma, axis=0)).T)
    ratios = [float(steps[:, 7::8].mean() / steps.mean()) for steps in both]
    mean /= np.linalg.norm(mean)
    return [
        float(laplacian.var()),
        float(light.mean()),
        float(noise),
        float(mean.max()),
        sum(ratios),
    ]
