"""Measuring one image: pixels, and what was read of its faces, to a value for each check.

No rows and no verdicts: what is found here is recorded by `inspection`.
"""

from dataclasses import dataclass

import numpy as np

from qa import details, measures
from qa.distances import packed, phash
from qa.eyes import open_eyes
from qa.poses import pose_of
from qa.readings import Face, FaceReading
from qa.views import view

NO_FACE = "no face was found"
TURNED_AWAY = 35  # degrees of yaw beyond which an eye may be hidden by the head itself


@dataclass(frozen=True)
class Measurement:
    """A value for a check; None is "not measured", and `missing` says why."""

    check: str
    value: float | None
    missing: str = ""


@dataclass(frozen=True)
class Inspected:
    """What the pixels of one image say: its measurements and its perceptual hash."""

    measurements: tuple[Measurement, ...]
    phash: int


MEASURES = (
    measures.resolution,
    details.sharpness,
    measures.exposure,
    measures.clipped_shadows,
    measures.clipped_highlights,
    details.noise,
    measures.colour_cast,
    details.blockiness,
)


def measure(image: bytes) -> Inspected:
    """Decode and measure; pixels only, no rows. Raises UnreadableImage."""
    seen = view(image)
    missing = "the image is too small or has no texture"
    found = [Measurement(function.__name__, function(seen), missing) for function in MEASURES]
    return Inspected(tuple(found), packed(phash(seen.even)))


def measure_face(reading: FaceReading) -> list[Measurement]:
    """How large the face that counts is, and how it is held."""
    face = _counting(reading)
    pose = pose_of(face.landmarks) if face else None
    missing = "its landmarks lie in one place" if face else NO_FACE
    return [
        Measurement("face_size", face.width if face else None, NO_FACE),
        Measurement("face_yaw", pose.yaw if pose else None, missing),
        Measurement("face_roll", pose.roll if pose else None, missing),
    ]


def measure_eyes(image: bytes, reading: FaceReading) -> Measurement:
    """Whether the eyes of the face that counts are open; pixels only. Raises UnreadableImage."""
    face = _counting(reading)
    pose = pose_of(face.landmarks) if face else None
    if face is None or pose is None:
        return Measurement("eyes_open", None, NO_FACE)
    if abs(pose.yaw) > TURNED_AWAY:
        return Measurement("eyes_open", None, "the face is turned away")
    seen = view(image)
    landmarks = np.asarray(face.landmarks) / seen.factor
    return Measurement("eyes_open", open_eyes(seen.rgb, landmarks), "the face is too small")


def _counting(reading: FaceReading) -> Face | None:
    return None if reading.chosen is None else reading.faces[reading.chosen]
