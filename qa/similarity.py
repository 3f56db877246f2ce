"""Likeness of two face vectors of one model: its own metric, mapped to 0..1. Knows no pixels."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

EUCLIDEAN, COSINE = "euclidean/1.2", "cosine/0.8"


class Band(StrEnum):
    """How a likeness reads to a person."""

    MATCH = "match"
    CHECK = "check"
    DIFFERS = "differs"


def likeness(metric: str, a: Vector, b: Vector) -> float:
    """How near two vectors of the same model are, 0..1; 1 is identical.

    `metric` is the model's (`embedding_models.metric`). Raises ValueError for another metric or
    for vectors of different lengths.
    """
    return held(score(metric, a, b))


def score(metric: str, a: Vector, b: Vector) -> float:
    """The likeness before it is held to 0..1, so that very different pairs keep their order."""
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric!r}")
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"vectors of shapes {a.shape} and {b.shape} cannot be compared")
    return METRICS[metric](a.astype(np.float64), b.astype(np.float64))


def held(value: float) -> float:
    """A score as a likeness: held to 0..1."""
    return float(np.clip(value, 0.0, 1.0))


def band(value: float, thresholds: Mapping[str, float]) -> Band:
    """The band of a likeness by its model's thresholds (`match` and `check`, both inclusive)."""
    if value >= thresholds["match"]:
        return Band.MATCH
    return Band.CHECK if value >= thresholds["check"] else Band.DIFFERS


def _euclidean(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    # dlib's documented limit for one person is a distance of 0.6: it lands on 0.5.
    return 1.0 - float(np.linalg.norm(a - b)) / 1.2


def _cosine(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    # A cosine distance of 0.4, the usual limit for FaceNet vectors, lands on 0.5.
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return 1.0 - (1.0 - float(a @ b) / lengths) / 0.8 if lengths else 0.0


METRICS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], float]] = {
    EUCLIDEAN: _euclidean,
    COSINE: _cosine,
}

# Models as they ship: the metric of each, and the likeness of its documented limit.
SHIPPED = {
    "dlib-resnet": (EUCLIDEAN, 0.5),
    "facenet-vggface2": (COSINE, 0.5),
}
