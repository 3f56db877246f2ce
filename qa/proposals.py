"""Where MTCNN looks for faces first: the pyramid, and what its proposal net says of each place.

Pure; runs no net. The numbers are facenet-pytorch's, so that boxes are those of its own loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.boxes import Boxes, moved, squared, suppress

MIN_FACE_PX = 40
MIN_FACE_SHARE = 40 / 1024  # of the long side: a fixed size would take seconds in a large picture
ENOUGH = 0.6
VIEW_PX, FINEST_PX, STEP, STRIDE = 12, 20, 0.709, 2  # what the net sees; the loop's smallest face


@dataclass(frozen=True)
class Proposals:
    """Boxes (N, 4) in one image, the probability of each, and how far its sides are to move."""

    boxes: Boxes
    scores: Boxes
    shares: Boxes

    def only(self, kept: Sequence[int]) -> "Proposals":
        return Proposals(self.boxes[kept], self.scores[kept], self.shares[kept])


def pyramid(height: int, width: int) -> list[float]:
    """The scales of an image at which a face of the smallest size, or a larger one, fills the view
    of the net; empty where the image has no room for one.

    Steps are counted from the loop's finest level, so that the levels are some of its own: what is
    left out are those that look for smaller faces, which cost most.
    """
    smallest = max(MIN_FACE_PX, max(height, width) * MIN_FACE_SHARE)
    scale = VIEW_PX / FINEST_PX
    while VIEW_PX / (scale * STEP) <= smallest:
        scale *= STEP
    scales = []
    while min(height, width) * scale >= VIEW_PX:
        scales.append(scale)
        scale *= STEP
    return scales


def of_level(shares: Boxes, chances: Boxes, scale: float) -> Proposals:
    """The places of one level, shares (4, height, width) and chances (height, width)."""
    rows, columns = np.nonzero(chances >= ENOUGH)
    first = np.stack([columns, rows], axis=1).astype(np.float32) * STRIDE
    boxes = np.floor(np.concatenate([first + 1, first + VIEW_PX], axis=1) / np.float32(scale))
    found = Proposals(boxes, chances[rows, columns], shares[:, rows, columns].T)
    return found.only(suppress(found.boxes, found.scores, 0.5, "union"))


def of_pyramid(levels: Sequence[Proposals]) -> Boxes:
    """The squares of an image that are worth a closer look, best first."""
    if not levels:
        return np.zeros((0, 4), np.float32)
    parts = (
        np.concatenate([getattr(level, name) for level in levels])
        for name in ("boxes", "scores", "shares")
    )
    found = Proposals(*parts)
    kept = found.only(suppress(found.boxes, found.scores, 0.7, "union"))
    return squared(moved(kept.boxes, kept.shares))
