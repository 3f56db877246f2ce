"""A picture as the measures see it: its pixels, and what several measures take from them."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels, decode_reduced, half_of

# A picture that is still so large when halved is measured halved. A 12 MP JPEG then costs a third.
# Against all pixels: resolution is the same; sharpness is within 3 %, exposure within 0.03 stops,
# the cast within 0.5, clipping within 1.5 % of the picture, the hash within 2 bits; noise of 5
# levels and more within 15 %, while less of it, which JPEG smooths away in single pixels, reads up
# to 2 levels higher; blocks, which are half as large, stand out less (2.6 becomes 1.5).
SHORT_SIDE_PX = 640
EVEN_SIDE_PX = 512
ENOUGH_PIXELS = 2**18
CLIP_LEVELS = 2  # levels next to 0 and 255 that count as clipped: JPEG smears exact ones

cv2.setNumThreads(1)  # on shared cores, threads that wait for one another cost more than they save


@dataclass(frozen=True)
class View:
    """Upright uint8 RGB of shape (height, width, 3); what is derived is made once.

    `full_size` (height, width) is the picture's own where it was halved.
    """

    rgb: Pixels
    full_size: tuple[int, int] = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture itself, in px."""
        return self.full_size if all(self.full_size) else self.rgb.shape[:2]

    @property
    def factor(self) -> int:
        """How many pixels of the picture one of these is wide: 2 where it was halved."""
        return 2 if max(self.size) > max(self.rgb.shape[:2]) else 1

    @cached_property
    def luma(self) -> Pixels:
        """Rec. 601 luma, shape (height, width)."""
        return np.asarray(cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY), np.uint8)

    @cached_property
    def even(self) -> Pixels:
        """Luma reduced to the area of 512 x 512 px, where it has more, so that it speaks of the
        picture and not of its size; the sides keep their ratio."""
        luma = self.luma
        while luma.size >= 4 * EVEN_SIDE_PX**2:
            luma = half_of(luma)  # at once by the whole scale would take three times as long
        height, width = luma.shape
        scale = EVEN_SIDE_PX / (height * width) ** 0.5
        if scale >= 1:
            return luma
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)

    @cached_property
    def rows(self) -> Pixels:
        """The rows that are counted, an odd number apart: so many say the same as all."""
        return self.rgb[:: self.rgb.size // 3 // ENOUGH_PIXELS | 1]

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """The share of each level in each channel, shape (3, 256); each channel's sum to 1."""
        counts = [cv2.calcHist([self.rows], [at], None, [256], [0, 256]) for at in range(3)]
        return np.asarray(counts, np.float64).reshape(3, 256) / (self.rows.size // 3)


def view(image: bytes) -> View:
    """Decode for measuring, reduced where the picture is large. Raises UnreadableImage."""
    rgb, size = decode_reduced(image, SHORT_SIDE_PX)
    return View(rgb, size)
