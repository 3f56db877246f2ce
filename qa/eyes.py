"""Whether the eyes of a face are seen open: pixels and landmarks in, a number out.

MTCNN's landmarks know no eyelids. OpenCV's cascade of Haar features for eyes with or without
glasses (Viola and Jones, "Robust real-time face detection", IJCV 57, 2004; trained by S. Hameed)
answers to open eyes alone, so that closed and covered ones are told by its silence.
"""

import threading
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels, half_of

CASCADE = "haarcascade_eye_tree_eyeglasses.xml"
APART_PX = 64  # between the eyes, where they are looked at
PATCH_PX = (64, 58)  # width and height around an eye: its lids and brow, not the other one
LEAST_APART_PX = 24  # below, an eye has no detail
SMALLEST_EYE_PX = 12
_one_at_a_time = threading.Lock()  # a cascade keeps what it looks at in itself


def open_eyes(rgb: Pixels, landmarks: NDArray[np.float64]) -> int | None:
    """How many eyes, 0 to 2, are seen open in an upright image of shape (height, width, 3).

    `landmarks` are MTCNN's in its pixels, shape (5, 2), of which the first two are the eyes. The
    face is turned upright first. None where the eyes are less than 24 px apart.
    """
    eyes = landmarks[:2]
    across = eyes[1] - eyes[0]
    apart = float(np.hypot(*across))
    if apart < LEAST_APART_PX:
        return None
    while apart > 2 * APART_PX:  # warping alone would skip pixels
        rgb, eyes, across, apart = half_of(rgb), eyes / 2, across / 2, apart / 2
    turn = np.array([across, (-across[1], across[0])]) * APART_PX / apart**2
    with _one_at_a_time:
        return sum(_is_open(rgb, eye, turn) for eye in eyes)


def _is_open(rgb: Pixels, eye: NDArray[np.float64], turn: NDArray[np.float64]) -> bool:
    middle = np.array(PATCH_PX) / 2
    matrix = np.column_stack([turn, middle - turn @ eye])
    patch = cv2.warpAffine(rgb, matrix, PATCH_PX, borderMode=cv2.BORDER_REPLICATE)
    luma = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    smallest = (SMALLEST_EYE_PX, SMALLEST_EYE_PX)
    return len(_cascade().detectMultiScale(luma, 1.05, 2, minSize=smallest)) > 0


@cache
def _cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / CASCADE))
