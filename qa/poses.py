"""Which way a face looks, from its five landmarks. Pure geometry; knows no model and no limits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# MTCNN's landmarks on an average face that looks into the camera, in millimetres: x to the right
# and y down as seen, z towards the camera; pupils 63 mm apart (N. Dodgson, "Variation and extrema
# of human interpupillary distance", 2004), the rest of the plane in the proportions of MTCNN's
# landmarks (qa/alignment.py), the tip of the nose 25 mm before the pupils. Of faces that differ
# from it the angles are off by some degrees.
FRONTAL = np.array(
    [
        (-31.5, -39.8, 0.0),
        (31.5, -39.8, 0.0),
        (0.0, 0.0, 25.0),
        (-30.6, 25.2, 2.0),
        (30.6, 25.2, 2.0),
    ]
)


@dataclass(frozen=True)
class Pose:
    """Angles in degrees, all 0 for a face that looks into the camera.

    `yaw` is positive when it looks to the right of the picture, `pitch` when it looks up, `roll`
    when the head leans to the right of the picture (clockwise as seen).
    """

    yaw: float
    pitch: float
    roll: float


def pose_of(landmarks: Sequence[Sequence[float]]) -> Pose | None:
    """The pose of a face with (5, 2) landmarks (left eye, right eye, nose, left and right corner
    of the mouth, as seen; in pixels). None when they lie in one point or on one line.

    Scaled orthographic projection, fitted by least squares and made a rotation again (the first
    step of D. DeMenthon and L. Davis, "Model-based object pose in 25 lines of code", 1995).
    """
    model = FRONTAL - FRONTAL.mean(axis=0)
    points = np.asarray(landmarks, np.float64)
    # Two rows of the rotation, each times the scale.
    rows = np.linalg.lstsq(model, points - points.mean(axis=0), rcond=None)[0].T
    left, sizes, right = np.linalg.svd(rows, full_matrices=False)
    if sizes[1] <= sizes[0] * 1e-6:
        return None
    across, down = left @ right
    towards = np.cross(across, down)
    # Pitch first, then yaw, then roll: the head turns on the neck before the picture is tilted.
    return Pose(
        yaw=-math.degrees(math.asin(float(np.clip(towards[0], -1, 1)))),
        pitch=math.degrees(math.atan2(towards[1], towards[2])),
        roll=math.degrees(math.atan2(down[0], across[0])),
    )
