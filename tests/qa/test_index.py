"""The index finds exactly what a comparison of every vector finds."""

import numpy as np
import pytest

from qa.index import VectorIndex
from qa.similarity import COSINE, EUCLIDEAN, held, score


def crowd(count=3000, dimensions=32):
    return np.random.default_rng(5).normal(0, 0.2, (count, dimensions)).astype(np.float32)


def index_of(metric, vectors, groups=None):
    index = VectorIndex(metric, vectors.shape[1], 8)
    keys = [1000 + number for number in range(len(vectors))]
    index.put(keys, groups or [0] * len(vectors), vectors)
    return index


def by_hand(metric, vectors, query, count):
    scores = [(score(metric, query, vector), number) for number, vector in enumerate(vectors)]
    best = sorted(scores, key=lambda hit: (-hit[0], hit[1]))[:count]
    return [(1000 + number, held(value)) for value, number in best]


@pytest.mark.parametrize("metric", [EUCLIDEAN, COSINE])
def test_the_nearest_are_those_of_a_full_comparison(metric):
    vectors = crowd()
    index = index_of(metric, vectors)
    for number in range(20):
        query = vectors[number] + np.float32(0.05)
        found, wanted = index.nearest(query, 10), by_hand(metric, vectors, query, 10)
        assert [key for key, _ in found] == [key for key, _ in wanted]
        assert [near for _, near in found] == pytest.approx([near for _, near in wanted])


@pytest.mark.parametrize("metric", [EUCLIDEAN, COSINE])
def test_only_the_groups_that_are_named_are_looked_at(metric):
    vectors = crowd(300)
    groups = [number % 3 for number in range(300)]
    index = index_of(metric, vectors, groups)
    found = index.nearest(vectors[0], 300, {1, 2, 99})
    assert {(key - 1000) % 3 for key, _ in found} == {1, 2}
    assert len(found) == 200
    assert index.nearest(vectors[0], 10, set()) == []


def test_a_key_that_comes_again_replaces_its_vector_and_group():
    vectors = crowd(10)
    index = index_of(EUCLIDEAN, vectors)
    index.put([1003], [7], vectors[:1])
    assert len(index) == 10
    assert [key for key, _ in index.nearest(vectors[0], 2)] == [1000, 1003]
    assert [key for key, _ in index.nearest(vectors[0], 2, {7})] == [1003]


def test_it_grows_as_vectors_come():
    vectors = crowd(5000, 8)
    index = VectorIndex(COSINE, 8, 1)
    for number in range(0, 5000, 700):
        some = vectors[number : number + 700]
        index.put(range(number, number + len(some)), [0] * len(some), some)
    assert len(index) == 5000
    assert index.nearest(vectors[4321], 1)[0] == (4321, pytest.approx(1))


def test_vectors_of_other_dimensions_are_refused():
    index = index_of(EUCLIDEAN, crowd(5, 8))
    with pytest.raises(ValueError, match="cannot be compared"):
        index.nearest(np.zeros(16, np.float32), 1)
    with pytest.raises(ValueError, match="do not belong"):
        index.put([1], [0], np.zeros((1, 16), np.float32))


def test_an_empty_index_finds_nothing():
    assert VectorIndex(EUCLIDEAN, 8).nearest(np.zeros(8, np.float32), 3) == []
