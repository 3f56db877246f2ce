"""Where the weights of the face models lie, and whether they are the right ones.

Nothing here downloads; `manage.py download_models` does.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from qa.errors import FaceModelMissing


@dataclass(frozen=True)
class Weights:
    """One file of weights. With `package` it comes inside that package, else from `url`."""

    model: str
    filename: str
    sha256: str
    size_bytes: int
    package: str = ""
    url: str = ""


DLIB_RESNET = Weights(
    model="dlib-resnet",
    filename="models/dlib_face_recognition_resnet_model_v1.dat",
    sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    size_bytes=22_466_066,
    package="face_recognition_models",
)
FACENET_VGGFACE2 = Weights(
    model="facenet-vggface2",
    filename="20180402-114759-vggface2.pt",
    sha256="281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b",
    size_bytes=111_898_327,
    url="https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9/"
    "20180402-114759-vggface2.pt",
)
# MTCNN's three nets, which find the faces for every model.
MTCNN = tuple(
    Weights(f"mtcnn {net}", f"data/{net}.pt", sha256, size_bytes, package="facenet_pytorch")
    for net, sha256, size_bytes in (
        ("pnet", "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f", 28_570),
        ("rnet", "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86", 403_147),
        ("onet", "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d", 1_559_269),
    )
)
WEIGHTS = {weights.model: weights for weights in (DLIB_RESNET, FACENET_VGGFACE2)}


def locate(weights: Weights, models_dir: Path) -> Path:
    """The file of the weights, its checksum verified. Raises FaceModelMissing with what to run."""
    path = expected_path(weights, models_dir)
    remedy = (
        "install requirements.txt"
        if weights.package
        else f"run manage.py download_models {weights.model}"
    )
    if path is None or not path.is_file():
        raise FaceModelMissing(
            f"The weights of the face model {weights.model} are not on this machine: {remedy}.",
            model=weights.model,
        )
    status = path.stat()
    if checksum(path, status.st_size, status.st_mtime_ns) != weights.sha256:
        raise FaceModelMissing(
            f"The weights of the face model {weights.model} are damaged: "
            f"delete {path.name}, then {remedy}.",
            model=weights.model,
        )
    return path


def expected_path(weights: Weights, models_dir: Path) -> Path | None:
    """Where the file belongs; None when the package that holds it is not installed."""
    if not weights.package:
        return models_dir / weights.filename
    # find_spec, because face_recognition_models fails on import: it needs pkg_resources.
    spec = find_spec(weights.package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / weights.filename


@cache
def checksum(path: Path, size_bytes: int, modified_ns: int) -> str:
    """The sha256 of a file; size and time are in the key, so that a replaced file is read anew."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()
