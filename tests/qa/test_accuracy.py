"""AUC, accuracy and false accepts of scores with known answers, ties included."""

import numpy as np
import pytest

from qa import accuracy


def pairs(scores, same):
    return np.array(scores, float), np.array(same, bool)


def by_hand(scores, same):
    """The definition, pair by pair."""
    won = [
        1.0 if mine > other else 0.5 if mine == other else 0.0
        for mine, alike in zip(scores, same, strict=True)
        if alike
        for other, alike_too in zip(scores, same, strict=True)
        if not alike_too
    ]
    return sum(won) / len(won)


def test_auc_is_the_share_of_pairs_in_the_right_order_and_a_tie_is_half():
    assert accuracy.auc(*pairs([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])) == 0.875
    assert accuracy.auc(*pairs([0.5, 0.5, 0.5], [1, 0, 0])) == 0.5
    chance = np.random.default_rng(7)
    for _ in range(20):
        scores = chance.integers(0, 8, 60) / 8
        same = chance.random(60) < 0.3
        assert accuracy.auc(scores, same) == pytest.approx(by_hand(scores, same))


def test_the_best_cut_lies_in_the_middle_of_its_gap_and_is_as_right_as_it_says():
    scores, same = pairs([0.9, 0.8, 0.4, 0.2], [1, 1, 0, 0])
    best = accuracy.best_cut(scores, same)
    assert (best.accuracy, best.threshold) == (1.0, pytest.approx(0.6))
    chance = np.random.default_rng(8)
    for _ in range(20):
        scores = chance.integers(0, 6, 40) / 6
        same = chance.random(40) < 0.5
        best = accuracy.best_cut(scores, same)
        assert accuracy.cut_at(scores, same, best.threshold).accuracy == best.accuracy
        every = (((scores >= limit) == same).mean() for limit in np.linspace(-0.1, 1.1, 50))
        assert best.accuracy == pytest.approx(max(every))


def test_where_accepting_nothing_is_best_no_score_reaches_the_cut():
    scores, same = pairs([0.9, 0.8, 0.1], [0, 0, 1])
    best = accuracy.best_cut(scores, same)
    assert best.accuracy == pytest.approx(2 / 3)
    assert not (scores >= best.threshold).any()


def test_false_accepts_are_counted_where_nineteen_of_twenty_are_accepted():
    same = [True] * 20 + [False] * 10
    scores = [*np.linspace(0.5, 0.9, 19), 0.1, *np.linspace(0.0, 0.6, 10)]
    cut = accuracy.cut_accepting(*pairs(scores, same), 0.95)
    assert cut.threshold == pytest.approx(0.5)
    assert cut.true_accepts == pytest.approx(0.95)
    assert cut.false_accepts == pytest.approx(0.2)  # 0.5333 and 0.6


def test_tied_scores_are_accepted_together():
    cut = accuracy.cut_accepting(*pairs([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0]), 0.95)
    assert (cut.true_accepts, cut.false_accepts) == (1.0, 1.0)


def test_pairs_of_one_sort_alone_have_no_figures():
    for same in ([1, 1], [0, 0], []):
        with pytest.raises(ValueError, match="are needed"):
            accuracy.auc(*pairs([0.5] * len(same), same))
