"""Which fault comes next, from a seed; and doing it to a running studio.

The same seed gives the same faults in the same order; the moment that each finds is the load's.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.studio import Studio

BEYOND_THE_LEASE_S = 3.0
REACHED_WITHIN_S = 6.0

# Points that a role passes while it works. An embedded server passes all of them.
PASSES = {
    "server": ("asking.written", "asking.committed", "waking.due", "receiving.vetted",
               "receiving.stored", "receiving.written", "receiving.committed",
               "reviewing.written", "reviewing.committed"),
    "worker": ("claiming.written", "claiming.committed", "heartbeat.due", "generating.prepared",
               "generating.stored", "submitting.uploading", "submitting.uploaded",
               "submitting.posting", "submitting.posted", "driving.ended", "driving.fetched",
               "collecting.vetted", "collecting.stored", "storing.file", "finishing.written",
               "finishing.committed", "checking.measured", "waking.due", "vetting.measured"),
    "faces": ("claiming.written", "claiming.committed", "checking.read", "vetting.read",
              "finishing.written", "finishing.committed"),
    "sweeper": ("sweeping.written", "waking.due"),
}  # fmt: skip
BREAKS = {
    "disk_full": ("storing.file",),
    "storage_error": ("storing.file",),
    "database_error": ("claiming.written", "generating.prepared", "finishing.written"),
}
SWITCHES: tuple[dict[str, Any], ...] = (
    {"error_after_queue": 2},
    {"deaf_socket": True},
    {"drop_socket": 3},
    {"lose_history": True},
    {"down": True},
)


@dataclass(frozen=True)
class Fault:
    """One fault: what, to whom, after how long a wait, and how long it lasts."""

    kind: str
    target: str
    wait_s: float
    lasts_s: float
    point: str = ""
    action: str = ""
    nth: int = 1
    detail: Any = None

    def __str__(self) -> str:
        armed = f" at {self.point}:{self.action}:{self.nth}" if self.point else ""
        detail = f" {self.detail}" if self.detail else ""
        return f"{self.kind} {self.target}{armed}{detail}"


WEIGHTS = {
    "kill": 30,
    "kill_at": 30,
    "break_at": 8,
    "freeze": 4,
    "freeze_at": 4,
    "comfy_kill": 10,
    "comfy_hang": 3,
    "comfy_switch": 6,
}
WEIGHTS_OF_SERVICES = {
    "redis_flush": 6,
    "redis_restart": 5,
    "postgres_restart": 7,
    "commit_lost": 5,
}


def plan(seed: int, points: int, *, production: bool, only: Sequence[str] = ()) -> list[Fault]:
    """So many faults, of kinds by weight; `only` these kinds when any is named."""
    dice = random.Random(seed)
    weights = WEIGHTS | (WEIGHTS_OF_SERVICES if production else {})
    chosen = [kind for kind in weights if kind in only or not only]
    if not chosen:
        return []
    kinds = dice.choices(chosen, [weights[kind] for kind in chosen], k=points)
    return [_fault(dice, kind, production=production) for kind in kinds]


def _fault(dice: random.Random, kind: str, *, production: bool) -> Fault:
    wait_s, lasts_s = dice.uniform(0.1, 0.8), dice.uniform(0.0, 0.8)
    roles = ("server", "worker-1", "worker-2", "faces", "sweeper") if production else ("server",)
    target = dice.choices(roles, (2, 3, 3, 1, 1)[: len(roles)])[0]
    nth = dice.choice((1, 1, 1, 2))
    if kind.startswith("comfy"):
        target = dice.choice(("comfy-1", "comfy-2") if production else ("comfy-1",))
    if kind == "comfy_hang":
        hang = dice.choice(("node", "silent", "stuck"))
        return Fault(kind, target, wait_s, dice.uniform(1.0, 7.0), detail=hang)
    if kind == "comfy_switch":
        return Fault(kind, target, wait_s, 1.0, detail=dice.choice(SWITCHES))
    if kind == "postgres_restart":
        return Fault(kind, "postgres", wait_s, 0.0, detail=dice.choice(("fast", "immediate")))
    if kind == "commit_lost":
        return Fault(kind, "postgres", wait_s, 1.0, detail=dice.choice((1, 2, 3)))
    if kind.startswith("redis"):
        return Fault(kind, "redis", wait_s, lasts_s)
    if kind == "break_at":
        action = dice.choice(list(BREAKS))
        target = dice.choice(("worker-1", "worker-2")) if production else "server"
        return Fault(kind, target, wait_s, 0.0, dice.choice(BREAKS[action]), action, nth)
    if kind in ("kill_at", "freeze_at"):
        return Fault(kind, target, wait_s, lasts_s, _point(dice, target, production=production),
                     kind.removesuffix("_at"), nth)  # fmt: skip
    return Fault(kind, target, wait_s, lasts_s)


def _point(dice: random.Random, target: str, *, production: bool) -> str:
    if production:
        return dice.choice(PASSES[target.partition("-")[0]])
    return dice.choice([point for points in PASSES.values() for point in points])


def lanes(faults: list[Fault]) -> list[list[Fault]]:
    """The same faults, apart by target and in order: what hits different targets hits at once."""
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        found.setdefault(fault.target, []).append(fault)
    return list(found.values())


class Injector:
    """Does faults to a studio, and starts again what they ended."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    def strike(self, fault: Fault) -> str:
        """Do it to its end; a word on what came of it, if that is not what was meant."""
        time.sleep(fault.wait_s)
        return getattr(self, f"_{fault.kind}")(fault) or ""

    def _kill(self, fault: Fault) -> None:
        self.studio.kill(fault.target)
        time.sleep(fault.lasts_s)
        self.studio.start_role(fault.target)

    def _freeze(self, fault: Fault) -> None:
        self.studio.freeze(fault.target)
        time.sleep(BEYOND_THE_LEASE_S)
        self.studio.thaw(fault.target)

    def _kill_at(self, fault: Fault) -> str:
        reached = self._arm(fault)
        self.studio.kill(fault.target)
        time.sleep(fault.lasts_s)
        self.studio.start_role(fault.target)
        return "" if reached else "the line was not reached: killed elsewhere"

    def _freeze_at(self, fault: Fault) -> str:
        if not self._arm(fault):
            self._kill(fault)
            return "the line was not reached: killed instead"
        time.sleep(BEYOND_THE_LEASE_S)
        self.studio.thaw(fault.target)
        return ""

    def _break_at(self, fault: Fault) -> str:
        if not self._arm(fault):
            self._kill(fault)
            return "the line was not reached: killed instead"
        return ""

    def _arm(self, fault: Fault) -> bool:
        """Start the target anew with its point armed; whether that came to pass."""
        studio = self.studio
        studio.kill(fault.target)
        log = studio.folder / f"{fault.target}.log"
        before = log.stat().st_size
        studio.start_role(fault.target, f"{fault.point}:{fault.action}:{fault.nth}")
        deadline = time.monotonic() + REACHED_WITHIN_S
        while time.monotonic() < deadline:
            with log.open("rb") as told:
                told.seek(before)
                if f"fault point {fault.point}".encode() in told.read():
                    return True
            time.sleep(0.02)
        return False

    def _comfy_kill(self, fault: Fault) -> None:
        self.studio.kill(fault.target)
        time.sleep(fault.lasts_s)
        self.studio.start_comfy(fault.target)

    def _comfy_hang(self, fault: Fault) -> None:
        self._switched(fault, hang=fault.detail)

    def _comfy_switch(self, fault: Fault) -> None:
        self._switched(fault, **fault.detail)

    def _switched(self, fault: Fault, **switches: Any) -> None:
        self.studio.comfy_faults(fault.target, **switches)
        time.sleep(fault.lasts_s)
        self.studio.comfy_faults(fault.target, reset=True)

    def _redis_flush(self, _fault: Fault) -> None:
        self.studio.redis.flush()

    def _redis_restart(self, fault: Fault) -> None:
        self.studio.redis.stop()
        time.sleep(fault.lasts_s)
        self.studio.redis.start()

    def _commit_lost(self, fault: Fault) -> None:
        self.studio.postgres.door.lose(fault.detail)
        time.sleep(fault.lasts_s)

    def _postgres_restart(self, fault: Fault) -> None:
        self.studio.postgres.restart(fault.detail)
