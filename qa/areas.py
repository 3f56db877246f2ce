"""Mean colours of rectangles of one image, from a table of sums; knows no faces.

Any rectangle costs four look-ups, however large (F. Crow, "Summed-area tables for texture
mapping", SIGGRAPH 1984): so every level of a pyramid and every crop costs what it gives out.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels

Means = NDArray[np.float32]
Box = tuple[int, int, int, int]


class Areas:
    """The sums of an image (height, width, 3). Sums wrap around at 2³², and differences of them
    are right all the same, as long as one cell of what is asked for has less than 2²⁴ pixels."""

    def __init__(self, image: Pixels) -> None:
        self.height, self.width = image.shape[:2]
        sums = cv2.integral(np.ascontiguousarray(image), sdepth=cv2.CV_32S)
        self._sums = np.asarray(sums).view(np.uint32)

    def resized(self, height: int, width: int) -> Means:
        """The whole image at another size, shape (3, height, width).

        Cell i covers pixels floor(i·n/m) to ceil((i+1)·n/m), as torch's adaptive average pooling
        has it, which MTCNN was trained and is run with: another filter would move its boxes.
        """
        top, bottom = _cells(np.array([0]), np.array([self.height]), height)
        left, right = _cells(np.array([0]), np.array([self.width]), width)
        rows = self._sums[bottom[0]] - self._sums[top[0]]
        sums = rows[:, right[0]] - rows[:, left[0]]
        counts = (bottom[0] - top[0])[:, None] * (right[0] - left[0])[None, :]
        return _means(sums, counts)

    def crops(self, boxes: Sequence[Box] | NDArray[np.int64], size: int) -> Means:
        """Rectangles (x0, y0, x1, y1; N of them, within the image, none of them empty) as squares
        of `size`, shape (N, 3, size, size); cells as in `resized`."""
        x0, y0, x1, y1 = np.asarray(boxes, np.int64).reshape(-1, 4).T
        top, bottom = _cells(y0, y1, size)
        left, right = _cells(x0, x1, size)
        flat, wide = self._sums.reshape(-1, 3), self.width + 1

        def at(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.uint32]:
            return np.asarray(flat[rows[:, :, None] * wide + columns[:, None, :]])

        sums = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left)
        counts = (bottom - top)[:, :, None] * (right - left)[:, None, :]
        return _means(sums, counts)


def _cells(
    start: NDArray[np.int64], end: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each of `count` cells between `start` and `end` begins and ends, shape (N, count)."""
    cell, length = np.arange(count), (end - start)[:, None]
    first = start[:, None] + cell * length // count
    last = start[:, None] - (-(cell + 1) * length // count)
    return first, last


def _means(sums: NDArray[np.uint32], counts: NDArray[np.int64]) -> Means:
    means = sums.astype(np.float32) / counts.astype(np.float32)[..., None]
    return np.ascontiguousarray(np.moveaxis(means, -1, -3))
