"""Two or more ways of doing one thing, measured in turns, so that what the machine does besides
strikes all of them alike."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

Measure = Callable[[], float]


@dataclass(frozen=True)
class Rounds:
    """What each side measured, round by round."""

    sides: Mapping[str, Sequence[float]]

    def median(self, side: str) -> float:
        return statistics.median(self.sides[side])

    def ratio(self, side: str, peer: str) -> float:
        """The median of the ratios within each round."""
        pairs = zip(self.sides[side], self.sides[peer], strict=True)
        return statistics.median(mine / other for mine, other in pairs)

    def more(self, side: str, peer: str) -> float:
        """The median of the differences within each round."""
        pairs = zip(self.sides[side], self.sides[peer], strict=True)
        return statistics.median(mine - other for mine, other in pairs)


def in_turns(count: int, sides: Mapping[str, Measure]) -> Rounds:
    """Measure every side in each of `count` rounds; who begins changes from round to round."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for number in range(count):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            found[name].append(sides[name]())
    return Rounds(found)


def seconds_of(work: Callable[[], object]) -> float:
    """How long a call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def one_core() -> Iterator[None]:
    """What this thread does and starts shares one core: what a core does is what is compared."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def p95(values: Sequence[float]) -> float:
    """The value that 95 % do not exceed."""
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def cpu_s(pid: int) -> float:
    """CPU seconds that a process and its living threads have used (Linux, in nanoseconds)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
