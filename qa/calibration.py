"""Fitting the bands of a face model to labelled pairs: pure figures of likeness scores.

Knows no models, faces or rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa import accuracy
from qa.accuracy import Labels, Scores
from qa.errors import QAError
from qa.similarity import held

LEAST_OF_EACH = 20  # below it one odd pair moves a threshold by more than 5 %
# At most so many pairs of two people may read "match", and of one person "differs".
WRONG = 0.01
BINS = 10
FOLDS = 5
STEPS, RIDGE = 50, 1e-6


class TooFewPairs(QAError):
    """Too few labelled pairs to fit anything to."""

    code = "too_few_pairs"


@dataclass(frozen=True)
class Bin:
    """Pairs whose predicted chance lies in one tenth: the mean of it, and what was observed."""

    predicted: float
    observed: float
    count: int


@dataclass(frozen=True)
class Fit:
    """Limits of the bands, and what they were fitted to; `brier` is the mean squared error of
    the predicted chance (0 is perfect, 0.25 a coin)."""

    match: float
    check: float
    same: int
    different: int
    auc: float
    brier: float
    reliability: tuple[Bin, ...]


def fit(scores: Scores, same: Labels) -> Fit:
    """Limits so that at most 1 % of the pairs of two people match, and 1 % of one differ.

    Where the two sorts stand apart, the limit of a match lies in the middle between them, and what
    is below it down to the nearest pair of two people is to be checked. Raises TooFewPairs.
    """
    alike, other = int(same.sum()), int((~same).sum())
    if min(alike, other) < LEAST_OF_EACH:
        raise TooFewPairs(
            f"{alike} pairs of one person and {other} of two people could be used: at least "
            f"{LEAST_OF_EACH} of each are needed."
        )
    found = accuracy.cuts(scores, same)
    # The last cut accepts every pair, so there is one that accepts too many.
    first_wrong = next(p for p, cut in enumerate(found) if cut.false_accepts > WRONG)
    above, below = found[first_wrong - 1].threshold, found[first_wrong].threshold
    all_but_few = accuracy.cut_accepting(scores, same, 1 - WRONG).threshold
    chance = _out_of_fold(scores, same)
    return Fit(
        match=held((above + below) / 2),
        check=held(min(all_but_few, below)),
        same=alike,
        different=other,
        auc=accuracy.auc(scores, same),
        brier=float(((chance - same) ** 2).mean()),
        reliability=_reliability(chance, same),
    )


def chances(scores: Scores, same: Labels, at: Scores) -> NDArray[np.float64]:
    """The chance that pairs of these scores show one person: a sigmoid fitted by Newton's method.

    Platt, "Probabilistic outputs for support vector machines" (1999), with its targets that keep
    the fit finite where the two sorts stand apart.
    """
    alike, other = int(same.sum()), int((~same).sum())
    targets = np.where(same, (alike + 1) / (alike + 2), 1 / (other + 2))
    middle, spread = float(scores.mean()), float(scores.std()) or 1.0
    columns = np.stack([(scores - middle) / spread, np.ones_like(scores)], axis=1)
    weights = np.zeros(2)
    for _ in range(STEPS):
        predicted = _sigmoid(columns @ weights)
        gradient = columns.T @ (predicted - targets) + RIDGE * weights
        bend = np.maximum(predicted * (1 - predicted), 1e-9)
        hessian = (columns * bend[:, None]).T @ columns + RIDGE * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        weights -= step / max(1.0, float(np.abs(step).max()) / 2)  # a long step overshoots
        if float(np.abs(step).max()) < 1e-8:
            break
    return _sigmoid((at - middle) / spread * weights[0] + weights[1])


def _out_of_fold(scores: Scores, same: Labels) -> NDArray[np.float64]:
    """The chance of each pair, by a sigmoid that has not seen it."""
    fold = np.empty(len(scores), int)
    for sort in (same, ~same):
        places = np.flatnonzero(sort)
        fold[places] = np.arange(len(places)) % FOLDS
    chance = np.empty(len(scores))
    for number in range(FOLDS):
        held = fold == number
        chance[held] = chances(scores[~held], same[~held], scores[held])
    return chance


def _reliability(chance: NDArray[np.float64], same: Labels) -> tuple[Bin, ...]:
    places = np.minimum((chance * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(float(chance[held].mean()), float(same[held].mean()), int(held.sum()))
        for number in range(BINS)
        if (held := places == number).any()
    )


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))), np.float64)
