"""`script/bench qa`: the measures beside the least that OpenCV needs for five of them, a whole
inspection beside the decoding alone, and how far a reduced picture's values are off."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from qa import details, measures, measuring
from qa.distances import phash
from qa.pixels import decode
from qa.views import SHORT_SIDE_PX, View, view
from tests.bench import bare_measures
from tests.bench.ingest_pictures import Sort
from tests.bench.rounds import in_turns, one_core, seconds_of
from tests.bench.rows import Row, most

FIVE = (
    details.sharpness,
    measures.exposure,
    details.noise,
    measures.colour_cast,
    details.blockiness,
)
SMALL = (
    Sort("1024² PNG", "png", (1024, 1024)),
    Sort("1024² JPEG", "jpeg", (1024, 1024)),
    Sort("1024² WebP", "webp", (1024, 1024)),
)
LARGE = Sort("12 MP JPEG", "jpeg", (4000, 3000))


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    count = 1 if quick else 10
    large = LARGE.data()
    with one_core():
        rows = _five(decode(SMALL[0].data()), rounds, count)
        rows += [_inspection(sort.name, sort.data(), rounds, count) for sort in SMALL]
        rows.append(_inspection(LARGE.name, large, rounds, 1 if quick else 3))
    return [*rows, *_agreement(large)]


def _five(rgb: "np.ndarray", rounds: int, count: int) -> list[Row]:
    for warm in (_ours, bare_measures.five, bare_measures.five_naively):
        warm(rgb)
    found = in_turns(
        rounds,
        {
            "product": lambda: _each(count, lambda: _ours(rgb)),
            "bare": lambda: _each(count, lambda: bare_measures.five(rgb)),
            "naive": lambda: _each(1, lambda: bare_measures.five_naively(rgb)),
        },
    )
    bare = f"{found.median('bare') * 1e3:.1f} ms (bare OpenCV calls)"
    return [
        most(
            "five measures at 1024²",
            f"{found.median('product') * 1e3:.1f} ms",
            bare,
            found.ratio("product", "bare"),
            1.3,
        ),
        Row(
            "five measures at 1024², in plain numpy",
            f"{found.median('naive') * 1e3:.1f} ms",
            bare,
            found.ratio("naive", "bare"),
        ),
    ]


def _ours(rgb: "np.ndarray") -> list[float | None]:
    seen = View(rgb)
    return [each(seen) for each in FIVE]


def _inspection(name: str, data: bytes, rounds: int, count: int) -> Row:
    """Everything that is measured, the hash too, beside a decoding that measures nothing."""
    found = in_turns(
        rounds,
        {
            "all": lambda: _each(count, lambda: measuring.measure(data)),
            "decode": lambda: _each(count, lambda: _decoded(data)),
        },
    )
    what, mine = f"{name}, all measures", f"{1 / found.median('all'):.1f} a second"
    peer = f"{1 / found.median('decode'):.1f} a second (one decoding)"
    ratio = found.ratio("all", "decode")
    if name == LARGE.name:
        return most(what, mine, peer, ratio, 1.3)
    return Row(what, mine, peer, ratio)


def _decoded(data: bytes) -> None:
    """One decoding by Pillow, as small as the measures take it."""
    with Image.open(io.BytesIO(data)) as opened:
        factor = 2 if min(opened.size) // 2 >= SHORT_SIDE_PX else 1
        opened.draft(None, (opened.width // factor, opened.height // factor))
        np.asarray(opened)


def _agreement(data: bytes) -> list[Row]:
    """Each value of the reduced picture beside that of all pixels."""
    whole, reduced = View(decode(data)), view(data)
    rows = [
        Row(
            f"12 MP JPEG, {function.__name__.replace('_', ' ')}",
            _said(function(reduced)),
            f"{_said(function(whole))} (all pixels)",
        )
        for function in measuring.MEASURES
    ]
    differing = int((phash(whole.even) != phash(reduced.even)).sum())
    return [*rows, Row("12 MP JPEG, perceptual hash", f"{differing} of 64 bits differ")]


def _said(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.2f}"


def _each(count: int, work: Callable[[], object]) -> float:
    """Seconds a time."""
    return seconds_of(lambda: [work() for _ in range(count)]) / count
