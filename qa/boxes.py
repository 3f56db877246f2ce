"""Pure geometry of boxes (N, 4: x0, y0, x1, y1): overlaps, squares, corrections. Knows no model."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
Shared = Literal["union", "smaller"]


def suppress(boxes: Boxes, scores: Boxes, most: float, of: Shared, pixel: int = 0) -> list[int]:
    """Greedy non-maximum suppression: the indices that stay, best score first.

    A box goes when what it shares with a better one is more than `most` of their union, or of the
    smaller of both. `pixel` is 1 where a box holds its last row and column.
    """
    x0, y0, x1, y1 = boxes.T
    areas = (x1 - x0 + pixel) * (y1 - y0 + pixel)
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        width = np.minimum(x1[best], x1[rest]) - np.maximum(x0[best], x0[rest]) + pixel
        height = np.minimum(y1[best], y1[rest]) - np.maximum(y0[best], y0[rest]) + pixel
        shared = np.clip(width, 0, None) * np.clip(height, 0, None)
        whole = (
            areas[best] + areas[rest] - shared
            if of == "union"
            else np.minimum(areas[best], areas[rest])
        )
        order = rest[shared <= most * whole]
    return kept


def moved(boxes: Boxes, shares: Boxes, pixel: int = 0) -> Boxes:
    """Boxes with each side moved by a share (N, 4) of the box's width or height."""
    width = boxes[:, 2] - boxes[:, 0] + pixel
    height = boxes[:, 3] - boxes[:, 1] + pixel
    return boxes + shares * np.stack([width, height, width, height], axis=1)


def squared(boxes: Boxes) -> Boxes:
    """Squares about the same centres, as wide as the longer side."""
    size = boxes[:, 2:] - boxes[:, :2]
    side = size.max(axis=1, keepdims=True)
    corner = boxes[:, :2] + size * 0.5 - side * 0.5
    return np.concatenate([corner, corner + side], axis=1).astype(np.float32)


def within(boxes: Boxes, width: int, height: int) -> NDArray[np.int64]:
    """Whole pixels of an image that boxes cover; a box's first pixel is the one before its corner,
    because MTCNN counts from 1 (its authors used MATLAB)."""
    whole = boxes.astype(np.int64)
    x0, y0 = np.maximum(whole[:, 0], 1) - 1, np.maximum(whole[:, 1], 1) - 1
    return np.stack([x0, y0, np.minimum(whole[:, 2], width), np.minimum(whole[:, 3], height)], 1)
