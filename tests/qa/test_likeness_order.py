"""Real detection and a real embedding: the portrait, the same face changed, and other faces."""

import numpy as np
import pytest

from qa.similarity import Band, band, likeness
from tests.qa.pictures import drawn_face, encoded, portrait, relit, warped

METRIC = "euclidean/1.2"
THRESHOLDS = {"match": 0.5, "check": 0.4}


@pytest.fixture
def like_the_portrait(read):
    reference = read(encoded(portrait())).vector

    def score(image):
        reading = read(image)
        assert len(reading.faces) == 1
        return likeness(METRIC, reference, reading.vector)

    return score


def test_the_portrait_is_wholly_like_itself(like_the_portrait):
    assert like_the_portrait(encoded(portrait())) == 1.0


def test_likeness_orders_as_a_person_expects(like_the_portrait):
    itself = like_the_portrait(encoded(portrait()))
    changed = [
        like_the_portrait(encoded(portrait()[:, ::-1])),
        like_the_portrait(encoded(relit(portrait()))),
        like_the_portrait(encoded(portrait(), "JPEG", quality=40)),
    ]
    remade = [like_the_portrait(encoded(warped(portrait(), sign))) for sign in (1, -1)]
    others = [like_the_portrait(encoded(drawn_face(seed))) for seed in range(6)]
    assert itself > max(changed)
    assert min(changed) > 0.75
    assert min(changed) > max(remade) + 0.2
    assert min(remade) > max(others)
    assert all(band(score, THRESHOLDS) is Band.MATCH for score in changed)
    assert all(band(score, THRESHOLDS) is not Band.MATCH for score in [*remade, *others])


def test_the_vector_is_as_dlib_gives_it(read):
    vector = read(encoded(portrait())).vector
    assert (vector.shape, vector.dtype) == ((128,), np.float32)
    assert 1.2 < np.linalg.norm(vector) < 1.5  # not normalised


def test_the_size_of_the_picture_hardly_matters(like_the_portrait):
    twice = np.kron(portrait(), np.ones((3, 3, 1), np.uint8))  # 1536 px: reduced, then scaled back
    assert like_the_portrait(encoded(twice)) > 0.8
