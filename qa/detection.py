"""Finding faces with MTCNN, whose weights come in the wheel. Lives in the face child only."""

import numpy as np
import torch
from PIL import Image

from qa.faces import Face
from qa.pixels import Pixels
from qa.torchvision_shim import ensure_torchvision

ensure_torchvision()

from facenet_pytorch import MTCNN  # noqa: E402  the shim has to come first

MIN_FACE_PX = 40  # in the reduced image; the default of 20 takes twice as long
LONG_SIDE_PX = 1024  # 4096 px took 11 s
MIN_CONFIDENCE = 0.9  # below, most boxes are patterns in cloth and foliage


class Detector:
    """MTCNN on the CPU."""

    def __init__(self) -> None:
        self._mtcnn = MTCNN(min_face_size=MIN_FACE_PX, keep_all=True, device=torch.device("cpu"))

    def detect(self, image: Pixels) -> list[Face]:
        """Every face of an upright RGB image, largest first, in pixels of that image."""
        height, width = image.shape[:2]
        reduced = Image.fromarray(image)
        reduced.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
        # MTCNN raises on an image that has no room for the smallest face.
        if min(reduced.size) < MIN_FACE_PX:
            return []
        boxes, probabilities, points = self._mtcnn.detect(reduced, landmarks=True)
        if boxes is None:
            return []
        scale = np.array([width / reduced.width, height / reduced.height])
        faces = [
            _face(np.asarray(box, float), np.asarray(five, float), float(probability), scale)
            for box, five, probability in zip(boxes, points, probabilities, strict=True)
            if probability >= MIN_CONFIDENCE
        ]
        return sorted(faces, key=lambda face: face.area, reverse=True)


def _face(
    box: "np.ndarray", landmarks: "np.ndarray", confidence: float, scale: "np.ndarray"
) -> Face:
    x0, y0, x1, y1 = (float(value) for value in box * np.tile(scale, 2))
    return Face(
        box=(x0, y0, x1, y1),
        landmarks=tuple((float(x), float(y)) for x, y in landmarks * scale),
        confidence=confidence,
    )
