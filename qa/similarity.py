"""Likeness of two face vectors of one model: its own metric, mapped to 0..1. Knows no pixels."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Floats = NDArray[np.float64]

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
    return float(scores(metric, a, b[np.newaxis])[0])


def scores(metric: str, a: Vector, others: Vector) -> Floats:
    """The scores of a vector and each of `others`, shape (N, dimensions)."""
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric!r}")
    if a.ndim != 1 or others.shape[1:] != a.shape:
        raise ValueError(f"vectors of shapes {a.shape} and {others.shape[1:]} cannot be compared")
    return METRICS[metric](a.astype(np.float64), others.astype(np.float64))


def held(value: float) -> float:
    """A score as a likeness: held to 0..1."""
    return float(np.clip(value, 0.0, 1.0))


def band(value: float, thresholds: Mapping[str, float]) -> Band:
    """The band of a likeness by its model's thresholds (`match` and `check`, both inclusive)."""
    if value >= thresholds["match"]:
        return Band.MATCH
    return Band.CHECK if value >= thresholds["check"] else Band.DIFFERS


def _euclidean(a: Floats, others: Floats) -> Floats:
    # dlib's documented limit for one person is a distance of 0.6: it lands on 0.5.
    return np.asarray(1.0 - np.linalg.norm(others - a, axis=1) / 1.2, np.float64)


def _cosine(a: Floats, others: Floats) -> Floats:
    # A cosine distance of 0.4, the usual limit for FaceNet vectors, lands on 0.5. A vector of
    # noughts has no direction, and is like nothing.
    lengths = np.linalg.norm(others, axis=1) * np.linalg.norm(a)
    cosines = np.divide(others @ a, lengths, out=np.full(len(others), 0.2), where=lengths > 0)
    return np.asarray(1.0 - (1.0 - cosines) / 0.8, np.float64)


METRICS: dict[str, Callable[[Floats, Floats], Floats]] = {
    EUCLIDEAN: _euclidean,
    COSINE: _cosine,
}

# Models as they ship: the metric of each, and the likeness of its documented limit.
SHIPPED = {
    "dlib-resnet": (EUCLIDEAN, 0.5),
    "facenet-vggface2": (COSINE, 0.5),
}
