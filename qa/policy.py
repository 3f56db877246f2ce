"""Judges values by limits: a verdict and a sentence. Pure; knows no pixels and reads no rows."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from qa.checks import CHECKS, FACE_COUNT, Check
from studio.lib.lookups import States


class Verdict(States):
    """What a check or a report says; a larger one is worse."""

    PASS = 1, "Nothing to mend."
    WARN = 2, "Usable, but somebody should look."
    FAIL = 3, "Not usable as it is."


@dataclass(frozen=True)
class Limits:
    """Where `warn` and `fail` begin; None is never. For a `range` they hold on both sides of 0."""

    warn: float | None = None
    fail: float | None = None


@dataclass(frozen=True)
class FaceRules:
    """What the count of faces means: the verdict where there is none, and whether a person has
    chosen one of several."""

    without: Verdict = Verdict.WARN
    chosen: bool = False


ASKS = FaceRules()


@dataclass(frozen=True)
class Judgement:
    """The verdict (None: not measured), the limit that it names, and the sentence."""

    verdict: Verdict | None
    threshold: float | None
    sentence: str


def judge(check: Check, value: float | None, limits: Limits, missing: str = "") -> Judgement:
    """Judge one value. None is "not measured", never 0; `missing` says why it is.

    The limit that is named is the one that a pass needs. A value that stands on a limit passes it.
    """
    if value is None:
        why = f": {missing}" if missing else ""
        return Judgement(None, None, f"{check.title} is not measured{why}.")
    verdict = Verdict.PASS
    if limits.warn is not None and _beyond(check, value, limits.warn):
        verdict = Verdict.WARN
    if limits.fail is not None and _beyond(check, value, limits.fail):
        verdict = Verdict.FAIL
    needed = limits.warn if limits.warn is not None else limits.fail
    return Judgement(verdict, needed, _sentence(check, value, needed, verdict))


def judge_faces(count: int, rules: FaceRules = ASKS) -> Judgement:
    """Several faces are a warning that asks which one counts; none is what the project says."""
    if count == 1:
        return Judgement(Verdict.PASS, 1, "One face was found.")
    if count == 0:
        sentence = "No face was found, so the likeness is not measured."
        if rules.without is not Verdict.PASS:
            sentence = (
                "No face was found, one expected: is this the right image? "
                "Without a face its likeness is not measured."
            )
        return Judgement(rules.without, 1, sentence)
    if rules.chosen:
        return Judgement(Verdict.PASS, 1, f"{count} faces were found; one of them was chosen.")
    sentence = (
        f"{count} faces were found, one expected: is the largest the right one? "
        "If not, choose the one that counts, or crop to it."
    )
    return Judgement(Verdict.WARN, 1, sentence)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a report: the worst of its checks. Raises ValueError without any."""
    return max(verdicts)


def _beyond(check: Check, value: float, limit: float) -> bool:
    if check.direction == "min":
        return value < limit
    return (abs(value) if check.direction == "range" else value) > limit


def _sentence(check: Check, value: float, needed: float | None, verdict: Verdict) -> str:
    above = check.direction == "range" and value > 0
    says = (above and check.says_above) or check.says
    text = says.format(value=_written(check, value, verdict))
    if needed is not None:
        text += f", {check.wants.format(limit=f'{needed:g}')}"
    if verdict != Verdict.PASS:
        text += f": {(above and check.fix_above) or check.fix}"
    return f"{text}."


def _written(check: Check, value: float, verdict: Verdict) -> str:
    """The value as read by a person; never rounded onto a limit that it does not reach."""
    shown = abs(value) if check.direction == "range" else value
    if verdict == Verdict.PASS:
        return f"{shown:.{check.decimals}f}"
    towards = math.floor if check.direction == "min" else math.ceil
    unit = 10**check.decimals
    # The tiny share takes back what binary fractions add: 0.29 * 100 is 28.999….
    nudge = 1e-9 if check.direction == "min" else -1e-9
    return f"{towards(shown * unit + nudge) / unit:.{check.decimals}f}"


def judge_check(
    name: str,
    value: float | None,
    limits: Limits,
    missing: str = "",
    faces: FaceRules = ASKS,
) -> Judgement:
    """Judge a value by the name of its check; the count of faces has rules of its own."""
    if name == FACE_COUNT and value is not None:
        return judge_faces(int(value), faces)
    return judge(CHECKS[name], value, limits, missing)
