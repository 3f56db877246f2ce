"""Pure geometry of faces: from five landmarks to an upright chip. Knows no model."""

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels

CHIP_PX = 150
# Where dlib's own 150 px chips have MTCNN's landmarks (left eye, right eye, nose, left and right
# corner of the mouth, as seen): the median over 25 faces, spec/dependencies.md section 3.
TEMPLATE = np.array(
    [[42.2, 34.4], [100.0, 34.3], [72.5, 70.9], [43.5, 93.5], [99.7, 94.6]], np.float32
)


def chip(image: Pixels, landmarks: NDArray[np.float32]) -> Pixels | None:
    """The 150 x 150 px chip of a face by a similarity transform of its (5, 2) landmarks.

    None when the landmarks allow no transform (all in one point). A large face is reduced by area
    first, because warping alone would alias it.
    """
    matrix, _ = cv2.estimateAffinePartial2D(landmarks, TEMPLATE, method=cv2.LMEDS)
    if matrix is None:
        return None
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.5:
        height, width = image.shape[:2]
        size = (max(1, round(width * scale * 2)), max(1, round(height * scale * 2)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix[:, 0] *= width / size[0]
        matrix[:, 1] *= height / size[1]
    warped = cv2.warpAffine(image, matrix, (CHIP_PX, CHIP_PX), flags=cv2.INTER_LINEAR)
    return np.asarray(warped, np.uint8)
