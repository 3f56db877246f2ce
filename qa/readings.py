"""What reading an image for faces takes and gives. Pure; neither processes nor nets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]


@dataclass(frozen=True)
class Look:
    """One image to be read. `at` is a point in the face that counts, in pixels of the upright
    image; without one the largest face counts."""

    image: bytes
    at: Point | None = None


@dataclass(frozen=True)
class Face:
    """One face, in pixels of the upright image; MTCNN's five landmarks as seen: left eye, right
    eye, nose, left and right corner of the mouth."""

    box: tuple[float, float, float, float]
    landmarks: tuple[Point, ...]
    confidence: float

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def area(self) -> float:
        return self.width * (self.box[3] - self.box[1])

    @property
    def centre(self) -> Point:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True)
class FaceReading:
    """What was seen: faces largest first, which of them was embedded, and its vector (float32, as
    the model gives it). `width` and `height` are those of the upright image; `note` is a sentence
    where something was not as it should be (the GPU was full, say)."""

    faces: tuple[Face, ...]
    chosen: int | None
    vector: NDArray[np.float32] | None = field(compare=False)
    model: str
    version: str
    width: int
    height: int
    note: str = ""


def choose(faces: Sequence[Face], at: Point | None) -> int | None:
    """Which face counts: the largest, or the one whose centre is nearest to `at`; None without
    faces. `faces` come largest first."""
    if not faces or at is None:
        return 0 if faces else None
    return min(range(len(faces)), key=lambda number: _squared(faces[number].centre, at))


def _squared(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
