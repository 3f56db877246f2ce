"""How well likeness tells people apart: pure figures of scores with known answers.

Everywhere a score that equals the threshold is accepted. Knows no models, faces or files.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True)
class Cut:
    """A threshold and what it does: shares from 0 to 1."""

    threshold: float
    accuracy: float
    true_accepts: float
    false_accepts: float


def auc(scores: Scores, same: Labels) -> float:
    """The chance that a pair of one person scores above a pair of two; a tie counts as half.

    By ranks: Mann and Whitney (1947); tied scores share the mean of their ranks. Raises
    ValueError without pairs of both sorts.
    """
    _both_sorts(same)
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks = (last - (count - 1) / 2)[place]
    alike, other = int(same.sum()), int((~same).sum())
    above = float(ranks[same].sum()) - alike * (alike + 1) / 2
    return above / (alike * other)


def cuts(scores: Scores, same: Labels) -> list[Cut]:
    """One for each distinct score as the threshold, highest first; the first accepts nothing.

    Raises ValueError without pairs of both sorts.
    """
    _both_sorts(same)
    order = np.argsort(-scores, kind="stable")
    ranked, alike = scores[order], same[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    true, total = np.cumsum(alike)[ends], int(same.sum())
    false, others = np.cumsum(~alike)[ends], int((~same).sum())
    above_all = math.nextafter(float(ranked[0]), math.inf)
    found = [Cut(above_all, others / len(scores), 0.0, 0.0)]
    for threshold, hits, slips in zip(ranked[ends], true, false, strict=True):
        right = (int(hits) + others - int(slips)) / len(scores)
        found.append(Cut(float(threshold), right, int(hits) / total, int(slips) / others))
    return found


def cut_at(scores: Scores, same: Labels, threshold: float) -> Cut:
    """What one threshold does. Raises ValueError without pairs of both sorts."""
    _both_sorts(same)
    accepted = scores >= threshold
    return Cut(
        threshold,
        float((accepted == same).mean()),
        float(accepted[same].mean()),
        float(accepted[~same].mean()),
    )


def best_cut(scores: Scores, same: Labels) -> Cut:
    """The threshold that is right most often, in the middle of the gap below it.

    In hindsight, and so flattering: it was found on the very pairs that it is judged by.
    """
    found = cuts(scores, same)
    best = max(range(len(found)), key=lambda place: found[place].accuracy)
    cut = found[best]
    below = found[best + 1].threshold if best + 1 < len(found) else cut.threshold
    # Half a gap of two neighbouring numbers can be the lower one, which accepts more.
    middle = max((cut.threshold + below) / 2, math.nextafter(below, math.inf))
    return Cut(min(middle, cut.threshold), cut.accuracy, cut.true_accepts, cut.false_accepts)


def cut_accepting(scores: Scores, same: Labels, least: float) -> Cut:
    """The highest threshold that accepts at least this share of the pairs of one person."""
    return next(cut for cut in cuts(scores, same) if cut.true_accepts >= least)


def _both_sorts(same: Labels) -> None:
    if not same.any() or same.all():
        raise ValueError("pairs of one person and pairs of two people are needed")
