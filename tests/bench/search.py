"""`script/bench search`: the nearest ten among many face vectors, beside a plain scan by numpy.

Both sides have their own matrix of the same vectors and one thread. The peer ranks by one product
and gives out places; the product gives keys with likenesses in float64, of chosen groups or of all.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from characters import finding
from people.models import User
from qa.index import VectorIndex
from qa.inspection import active_model
from qa.similarity import COSINE, EUCLIDEAN, Vector
from tests.bench.rounds import Rounds, in_turns, seconds_of
from tests.bench.rows import Row, most
from tests.bench.search_rows import grow

COUNTS = (10_000, 100_000, 1_000_000)
QUICK = (2_000,)
DIMENSIONS = 512
TOP = 10
GROUPS = 100
QUERIES = 5
AT_ONCE = 10_000

Matrix = NDArray[np.float32]


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    found: list[Row] = []
    for count in QUICK if quick else COUNTS:
        for metric in (COSINE, EUCLIDEAN):
            found += _beside_a_scan(count, metric, rounds)
    return [*found, _with_rows(200 if quick else 10_000, rounds)]


def _beside_a_scan(count: int, metric: str, rounds: int) -> list[Row]:
    matrix = np.concatenate(list(_vectors(count)))
    index = VectorIndex(metric, DIMENSIONS, count)
    for first in range(0, count, AT_ONCE):
        block = matrix[first : first + AT_ONCE]
        keys = range(first, first + len(block))
        index.put(keys, [key % GROUPS for key in keys], block)
    queries = _queries(matrix)
    some = set(range(GROUPS // 2))
    times = in_turns(
        rounds,
        {
            "product": lambda: _each(queries, lambda query: index.nearest(query, TOP)),
            "groups": lambda: _each(queries, lambda query: index.nearest(query, TOP, some)),
            "scan": lambda: _each(queries, lambda query: _scan(matrix, query)),
        },
    )
    recall = np.mean([_recall(index, matrix, query, metric) for query in queries])
    name = f"{count:,} vectors of {DIMENSIONS}, {metric.partition('/')[0]}"
    return [
        _row(name, times, "product", 1.2),
        _row(f"{name}, half of the groups", times, "groups", 1.2),
        Row(
            f"{name}: recall of the nearest {TOP}",
            f"{recall:.3f}",
            "1 (float64, exact)",
            goal="1",
            met=bool(recall == 1),
        ),
    ]


def _row(name: str, times: Rounds, side: str, limit: float) -> Row:
    return most(
        name,
        f"{times.median(side) * 1e3:.2f} ms",
        f"{times.median('scan') * 1e3:.2f} ms (numpy)",
        times.ratio(side, "scan"),
        limit,
    )


def _with_rows(count: int, rounds: int) -> Row:
    """A whole search as a worker makes it: what changed, the index, and the rows of the answer."""
    creator = User.objects.create_user("searcher")
    grow(creator, count)
    model = active_model()
    query = np.random.default_rng(2).normal(0, 0.12, model.dimensions).astype(np.float32)
    finding.nearest(model, query, TOP)
    times = in_turns(
        rounds, {"search": lambda: seconds_of(lambda: finding.nearest(model, query, TOP))}
    )
    return Row(f"a search among {count:,} characters", f"{times.median('search') * 1e3:.1f} ms")


def _vectors(count: int) -> Iterator[Matrix]:
    """Unit vectors, of which some are near others, as faces of one person are."""
    chance = np.random.default_rng(count)
    people = chance.standard_normal((max(1, count // 20), DIMENSIONS), np.float32)
    for first in range(0, count, AT_ONCE):
        whose = chance.integers(0, len(people), min(AT_ONCE, count - first))
        apart = chance.standard_normal((len(whose), DIMENSIONS), np.float32)
        block = people[whose] + apart
        yield block / np.linalg.norm(block, axis=1, keepdims=True)


def _queries(matrix: Matrix) -> list[Vector]:
    chance = np.random.default_rng(1)
    near = matrix[chance.integers(0, len(matrix), QUERIES)]
    return list(near + chance.normal(0, 0.01, near.shape).astype(np.float32))


def _scan(matrix: Matrix, query: Vector) -> NDArray[np.int64]:
    """The peer: one product, the ten largest, in order."""
    ranks = matrix @ query
    best = np.argpartition(ranks, len(ranks) - TOP)[-TOP:]
    return np.asarray(best[np.argsort(-ranks[best])], np.int64)


def _recall(index: VectorIndex, matrix: Matrix, query: Vector, metric: str) -> float:
    """The share of the truly nearest, in float64, that the index gives out."""
    ranks = np.empty(len(matrix))
    exact = query.astype(np.float64)
    for first in range(0, len(matrix), AT_ONCE):
        block = matrix[first : first + AT_ONCE].astype(np.float64)
        apart = -((block - exact) ** 2).sum(axis=1)
        alike = block @ exact / np.linalg.norm(block, axis=1)
        ranks[first : first + AT_ONCE] = apart if metric == EUCLIDEAN else alike
    truth = set(np.argsort(-ranks)[:TOP].tolist())
    return len(truth & {key for key, _ in index.nearest(query, TOP)}) / TOP


def _each(queries: list[Vector], ask: Callable[[Vector], object]) -> float:
    """Seconds a query."""
    return seconds_of(lambda: [ask(query) for query in queries]) / len(queries)
