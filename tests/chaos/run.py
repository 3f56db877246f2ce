"""A run of chaos: batches of faults under load, and after each batch rest and proof."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.chaos.faults import Fault, Injector, lanes
from tests.chaos.load import OPEN, Load
from tests.chaos.proving import faults_of, open_jobs

REST_WITHIN_S = 300
WORK_WITHIN_S = 120


@dataclass
class Outcome:
    """What a run did and found; `wrong` is empty when nothing was lost, doubled or stuck."""

    kinds: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    requests: int = 0
    variants: int = 0
    drains_s: list[float] = field(default_factory=list)
    orphans: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def points(self) -> int:
        return sum(self.kinds.values())

    def figures(self, answers: Counter[str]) -> str:
        """All figures in a few lines."""
        drains = self.drains_s or [0.0]
        return "\n".join(
            [
                f"points {self.points}: {_listed(self.kinds)}; at another line {self.missed}",
                f"requests {self.requests}, variants {self.variants}; answers {_listed(answers)}",
                f"wrong {len(self.wrong)}; files swept that no row names {self.orphans}",
                f"drained in s: max {max(drains):.1f}, median {statistics.median(drains):.1f}",
                f"ended without being hit: {_listed(self.ended) or 'none'}",
            ]
        )


class Run:
    """A studio under load and fire; `tell` gets a line for each point and batch."""

    def __init__(self, load: Load, tell: Callable[[str], None]) -> None:
        self.studio = load.studio
        self.load = load
        self.outcome = Outcome()
        self._injector = Injector(load.studio)
        self._tell = tell
        self._noting = threading.Lock()

    def go(self, faults: list[Fault], batch: int) -> Outcome:
        """All these faults; stops after the first batch that is not clean."""
        for first in range(0, len(faults), batch):
            self.load.go_on()
            several = lanes(faults[first : first + batch])
            with ThreadPoolExecutor(len(several)) as pool:
                list(pool.map(self._work_through, several))
            self._rest()
            if self.outcome.wrong:
                break
        return self.outcome

    def _work_through(self, lane: list[Fault]) -> None:
        for fault in lane:
            if fault.target in self.studio.roles:
                self._keep_up(fault.target)
            self._await_work()
            began = time.monotonic()
            came = self._injector.strike(fault)
            took_s = time.monotonic() - began
            with self._noting:
                self.outcome.kinds[fault.kind] += 1
                self.outcome.missed += bool(came)
                words = f"{fault} ({took_s:.1f} s){': ' if came else ''}{came}"
                self._tell(f"{self.outcome.points:5} {words}")

    def _await_work(self) -> None:
        """A fault counts only while something is under way."""
        deadline = time.monotonic() + WORK_WITHIN_S
        while not sum(count for (count,) in self.studio.glance(OPEN)):
            wrong = self.load.ledger.wrong
            assert time.monotonic() < deadline, f"nobody is promised anything any more: {wrong}"
            time.sleep(0.05)

    def _keep_up(self, *names: str) -> None:
        """As a supervisor: what has ended by itself is started again, and counted."""
        for name in names or self.studio.roles:
            if self.studio.running[name].poll() is not None:
                self.outcome.ended[name] += 1
                self.studio.start_role(name)

    def _rest(self) -> None:
        self._keep_up()
        began = time.monotonic()
        self.load.pause()
        while open_jobs(self.studio):
            self._keep_up()
            if time.monotonic() - began > REST_WITHIN_S:
                self.outcome.wrong.append(f"it did not come to rest within {REST_WITHIN_S} s")
                break
            time.sleep(0.2)
        drained_s = time.monotonic() - began
        self.outcome.drains_s.append(drained_s)
        self.outcome.wrong += faults_of(self.studio, self.load.ledger)
        self.outcome.orphans += self._sweep()
        self.outcome.requests = len(self.load.ledger.asked)
        self.outcome.variants = sum(asked.count for asked in self.load.ledger.asked.values())
        self._tell(f"--- drained in {drained_s:.1f} s; {self.outcome.points} points, "
                   f"{self.outcome.requests} requests, {self.outcome.variants} variants, "
                   f"{len(self.outcome.wrong)} wrong")  # fmt: skip
        for sentence in self.outcome.wrong[:40]:
            self._tell(f"    WRONG: {sentence}")

    def _sweep(self) -> int:
        """At rest no file belongs to work that runs: what no row names is deleted and counted."""
        done = self.studio.manage("check_integrity", "--repair", "--grace-s", "0")
        return done.stdout.count("orphan_file")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
