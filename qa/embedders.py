"""Models that turn a face into a vector, behind one small interface; only in the face child."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import dlib
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from qa.alignment import chip
from qa.errors import UnknownFaceModel
from qa.faces import Face
from qa.pixels import Pixels
from qa.torchvision_shim import ensure_torchvision
from qa.weights import DLIB_RESNET, FACENET_VGGFACE2, locate

ensure_torchvision()

from facenet_pytorch import InceptionResnetV1  # noqa: E402  the shim has to come first

Vector = NDArray[np.float32]


class Embedder(Protocol):
    """A face model; `version` changes whenever its vectors do, alignment included."""

    name: str
    version: str

    def embed(self, image: Pixels, face: Face) -> Vector | None:
        """The vector as the model gives it; None when the face cannot be aligned."""


class DlibResnet:
    """dlib's face recognition ResNet: 128 dimensions, not normalised, compared by distance."""

    name = DLIB_RESNET.model
    version = "v1-mtcnn5"

    def __init__(self, path: Path) -> None:
        self._net: Any = dlib.face_recognition_model_v1(str(path))

    def embed(self, image: Pixels, face: Face) -> Vector | None:
        aligned = chip(image, np.asarray(face.landmarks, np.float32))
        if aligned is None:
            return None
        return np.asarray(self._net.compute_face_descriptor(aligned), np.float32)


class FacenetVggface2:
    """facenet-pytorch's InceptionResnetV1: 512 dimensions of unit length, compared by cosine."""

    name = FACENET_VGGFACE2.model
    version = "20180402-114759"
    input_px = 160

    def __init__(self, path: Path) -> None:
        self._net = InceptionResnetV1().eval()
        state = torch.load(path, map_location="cpu", weights_only=True)
        # The classifier over the training set's people is no part of the embedding.
        self._net.load_state_dict(
            {name: value for name, value in state.items() if not name.startswith("logits.")}
        )

    def embed(self, image: Pixels, face: Face) -> Vector | None:
        height, width = image.shape[:2]
        x0, y0, x1, y1 = face.box
        box = (max(0, int(x0)), max(0, int(y0)), min(width, int(x1)), min(height, int(y1)))
        if box[2] <= box[0] or box[3] <= box[1]:
            return None
        size = (self.input_px, self.input_px)
        crop = Image.fromarray(image).crop(box).resize(size, Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.asarray(crop, np.float32).copy()).permute(2, 0, 1)
        with torch.no_grad():
            vector = self._net(((pixels - 127.5) / 128.0).unsqueeze(0))[0]
        return np.asarray(vector.numpy(), np.float32)


def load(model: str, models_dir: Path) -> Embedder:
    """Load a model by name. Raises UnknownFaceModel, FaceModelMissing."""
    if model not in LOADERS:
        raise UnknownFaceModel(f"There is no face model called {model!r}.", model=model)
    return LOADERS[model](models_dir)


LOADERS: dict[str, Callable[[Path], Embedder]] = {
    DLIB_RESNET.model: lambda models_dir: DlibResnet(locate(DLIB_RESNET, models_dir)),
    FACENET_VGGFACE2.model: lambda models_dir: FacenetVggface2(
        locate(FACENET_VGGFACE2, models_dir)
    ),
}
