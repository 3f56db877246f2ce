"""Vectors to likeness, by each model's own metric."""

import numpy as np
import pytest

from qa.similarity import Band, band, likeness


def vector(*values):
    return np.array(values, np.float32)


def test_a_vector_is_wholly_like_itself():
    for metric in ("euclidean/1.2", "cosine/0.8"):
        assert likeness(metric, vector(0.3, -1, 2), vector(0.3, -1, 2)) == pytest.approx(1)


def test_the_documented_limit_of_dlib_is_a_half():
    assert likeness("euclidean/1.2", vector(0, 0), vector(0.6, 0)) == pytest.approx(0.5)


def test_a_cosine_distance_of_two_fifths_is_a_half():
    angle = np.arccos(0.6)
    other = vector(np.cos(angle), np.sin(angle))
    assert likeness("cosine/0.8", vector(1, 0), other) == pytest.approx(0.5)


def test_far_vectors_are_zero_and_never_less():
    assert likeness("euclidean/1.2", vector(0), vector(9)) == 0
    assert likeness("cosine/0.8", vector(1, 0), vector(-1, 0)) == 0


def test_likeness_falls_with_distance():
    scores = [likeness("euclidean/1.2", vector(0), vector(d)) for d in (0, 0.2, 0.5, 0.9, 1.1)]
    assert scores == sorted(scores, reverse=True)


def test_vectors_of_different_lengths_are_not_compared():
    with pytest.raises(ValueError, match="cannot be compared"):
        likeness("euclidean/1.2", vector(1, 2), vector(1, 2, 3))


def test_an_unknown_metric_is_told():
    with pytest.raises(ValueError, match="no metric"):
        likeness("manhattan", vector(1), vector(1))


def test_bands_begin_at_the_thresholds_of_the_model():
    thresholds = {"match": 0.5, "check": 0.4}
    assert band(0.5, thresholds) is Band.MATCH
    assert band(0.49, thresholds) is Band.CHECK
    assert band(0.4, thresholds) is Band.CHECK
    assert band(0.39, thresholds) is Band.DIFFERS
