"""Models that turn faces into vectors, behind one small interface; only in the face child."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import dlib
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from qa.alignment import chip
from qa.errors import UnknownFaceModel
from qa.pixels import Pixels
from qa.readings import Face
from qa.running import Net, Place
from qa.torchvision_shim import ensure_torchvision
from qa.weights import DLIB_RESNET, FACENET_VGGFACE2, locate

ensure_torchvision()

from facenet_pytorch import InceptionResnetV1  # noqa: E402  the shim has to come first

Vector = NDArray[np.float32]
Seen = tuple[Pixels, Face]  # an upright image and the face in it that counts

FACES_AT_ONCE = 64


class Embedder(Protocol):
    """A face model; `version` changes whenever its vectors do, alignment included.

    Its dimensions, metric, thresholds and licence are its row in `embedding_models`.
    """

    name: str
    version: str

    def embed(self, seen: Sequence[Seen]) -> list[Vector | None]:
        """The vectors as the model gives them; None for a face that cannot be aligned."""


class DlibResnet:
    """dlib's face recognition ResNet: 128 dimensions, not normalised, compared by distance.

    It runs on the CPU and gains nothing from a batch.
    """

    name = DLIB_RESNET.model
    version = "v1-mtcnn5"

    def __init__(self, path: Path) -> None:
        self._net: Any = dlib.face_recognition_model_v1(str(path))

    def embed(self, seen: Sequence[Seen]) -> list[Vector | None]:
        return [self._vector(image, face) for image, face in seen]

    def _vector(self, image: Pixels, face: Face) -> Vector | None:
        aligned = chip(image, np.asarray(face.landmarks, np.float32))
        if aligned is None:
            return None
        return np.asarray(self._net.compute_face_descriptor(aligned), np.float32)


class FacenetVggface2:
    """facenet-pytorch's InceptionResnetV1: 512 dimensions of unit length, compared by cosine."""

    name = FACENET_VGGFACE2.model
    version = "20180402-114759"
    input_px = 160

    def __init__(self, path: Path, place: Place) -> None:
        module = InceptionResnetV1()
        state = torch.load(path, map_location="cpu", weights_only=True)
        # The classifier over the training set's people is no part of the embedding.
        module.load_state_dict(
            {name: value for name, value in state.items() if not name.startswith("logits.")}
        )
        self._net = Net(module, place, FACES_AT_ONCE)

    def embed(self, seen: Sequence[Seen]) -> list[Vector | None]:
        crops = [self._crop(image, face) for image, face in seen]
        there = [crop for crop in crops if crop is not None]
        vectors = iter(self._net(np.stack(there))[0] if there else ())
        return [None if crop is None else next(vectors).copy() for crop in crops]

    def _crop(self, image: Pixels, face: Face) -> Vector | None:
        """The box as facenet-pytorch cuts it out, without a margin; shape (3, 160, 160)."""
        height, width = image.shape[:2]
        x0, y0, x1, y1 = face.box
        box = (max(0, int(x0)), max(0, int(y0)), min(width, int(x1)), min(height, int(y1)))
        if box[2] <= box[0] or box[3] <= box[1]:
            return None
        cut = Image.fromarray(image[box[1] : box[3], box[0] : box[2]])
        crop = cut.resize((self.input_px, self.input_px), Image.Resampling.BILINEAR)
        return (np.asarray(crop, np.float32).transpose(2, 0, 1) - 127.5) / np.float32(128)


def load(model: str, models_dir: Path, place: Place) -> Embedder:
    """Load a model by name. Raises UnknownFaceModel, FaceModelMissing."""
    if model not in LOADERS:
        raise UnknownFaceModel(f"There is no face model called {model!r}.", model=model)
    return LOADERS[model](models_dir, place)


LOADERS: dict[str, Callable[[Path, Place], Embedder]] = {
    DLIB_RESNET.model: lambda models_dir, _place: DlibResnet(locate(DLIB_RESNET, models_dir)),
    FACENET_VGGFACE2.model: lambda models_dir, place: FacenetVggface2(
        locate(FACENET_VGGFACE2, models_dir), place
    ),
}
