"""Limits fitted to labelled scores, the chance that goes with them, and the picture of both."""

import numpy as np
import pytest

from qa import accuracy, calibration, plots
from qa.calibration import TooFewPairs, chances, fit


def people(seed, count=1000, apart=0.3):
    """Scores of one person around 0.7, of two around 0.4 (for the default distance)."""
    chance = np.random.default_rng(seed)
    same = np.arange(count) % 2 == 0
    return chance.normal(0.4 + apart * same, 0.08, count), same


def test_at_most_one_in_a_hundred_is_told_wrongly_on_either_side():
    scores, same = people(1)
    found = fit(scores, same)
    assert found.check < found.match
    assert (scores[~same] >= found.match).mean() <= 0.01
    assert (scores[same] < found.check).mean() <= 0.01
    unseen, truth = people(2, 20_000)
    assert (unseen[~truth] >= found.match).mean() < 0.03
    assert (unseen[truth] < found.check).mean() < 0.03


def test_where_the_sorts_stand_apart_a_match_begins_in_the_middle():
    same = np.array([True] * 20 + [False] * 20)
    scores = np.concatenate([np.linspace(0.6, 0.9, 20), np.linspace(0.1, 0.4, 20)])
    found = fit(scores, same)
    assert (found.match, found.check) == (pytest.approx(0.5), pytest.approx(0.4))
    assert found.auc == 1.0


def test_limits_stay_within_what_a_likeness_can_be():
    same = np.array([True] * 20 + [False] * 20)
    found = fit(np.concatenate([np.linspace(0.2, 0.9, 20), np.full(20, -0.7)]), same)
    assert 0 <= found.check <= found.match <= 1


def test_the_predicted_chance_is_the_observed_share():
    scores, same = people(3, 20_000, apart=0.15)
    for held in fit(scores, same).reliability:
        if held.count > 300:
            assert held.predicted == pytest.approx(held.observed, abs=0.06)
    assert np.all(np.diff(chances(scores, same, np.linspace(0, 1, 20))) > 0)


@pytest.mark.parametrize("same", [[True] * 40, [True] * 30 + [False] * 19, []])
def test_too_few_pairs_are_refused_with_their_number(same):
    with pytest.raises(TooFewPairs, match="at least 20 of each"):
        fit(np.linspace(0, 1, len(same)), np.array(same, bool))


def test_the_picture_has_both_plots():
    scores, same = people(4, 200)
    found = calibration.fit(scores, same)
    image = plots.picture(found, accuracy.cuts(scores, same), "dlib-resnet v1")
    pixels = np.asarray(image)
    assert (image.size, image.mode) == ((1136, 584), "RGB")
    left, right = pixels[:, :568], pixels[:, 568:]
    for half in (left, right):
        blue = (half == plots.LINE).all(axis=2)
        assert blue.sum() > 300  # a line goes through it
