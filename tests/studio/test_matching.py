"""What somebody types finds a name by its beginning, its words, or its letters in order."""

import pytest

from studio.matching import distance, nearest


@pytest.mark.parametrize(
    ("said", "name"),
    [("eil", "Eileen Collins"), ("coll", "Eileen Collins"), ("lee", "Eileen Collins"),
     ("collins ei", "Eileen Collins"), ("ecoll", "Eileen Collins"), ("ÉLO", "Élodie"),
     ("Eileen", "eileen")],
)  # fmt: skip
def test_it_is_found(said, name):
    assert distance(said, name) is not None


@pytest.mark.parametrize("said", ["x", "eileenn", "neelie", "collins judy"])
def test_it_is_not_found(said):
    assert distance(said, "Eileen") is None


def test_the_better_match_comes_first():
    names = ["Jeanne Arkwright", "Old Jane", "Janet", "Jane", "Jack Ames Neal"]
    best = ["Jane", "Janet", "Old Jane", "Jeanne Arkwright", "Jack Ames Neal"]
    assert nearest("jane", names, str, 10)[:3] == best[:3]
    assert set(nearest("jane", names, str, 10)) <= set(best)
    assert nearest("jane", names, str, 1) == ["Jane"]
