"""How long an idle worker takes to begin, beside bare BLPOP and Celery on the same Redis."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import redis
from django.db import transaction

from jobs import waking
from jobs.asking import Ask, ask
from people.models import Project
from tests.bench import noting
from tests.bench.celery_wakes import noted as celery_noted
from tests.bench.rounds import Rounds, in_turns, p95
from tests.bench.rows import Row, most
from tests.bench.servers import program

PAUSE_S = 0.1
A_SECOND = 50
Send = Callable[[], object]


class Wakes:
    """Sends wake-ups and waits for the note that each brings."""

    def __init__(self, client: "redis.Redis", sends: Mapping[str, Send]) -> None:
        self._client = client
        self._sends = sends

    def late_s(self, side: str) -> float:
        """From just before sending to the first line on the other side, in seconds."""
        self._client.delete(f"noted-{side}")
        sent_at = time.monotonic()
        self._sends[side]()
        return self._noted(side) - sent_at

    def stream_s(self, side: str, count: int) -> float:
        """The 95th percentile when they come at an even pace."""
        self._client.delete(f"noted-{side}")
        late = []
        begun = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
            sent_at = time.monotonic()
            self._sends[side]()
            late.append(self._noted(side) - sent_at)
        return p95(late)

    def _noted(self, side: str) -> float:
        found = self._client.blpop([f"noted-{side}"], timeout=60)
        assert found is not None, f"nothing began on the side {side}"
        return float(found[1])


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """The rows on wake-ups."""
    noting.sync_kinds()
    project = Project.objects.create(name="Wake-ups")
    client = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=None)

    def ask_for_one() -> None:
        with transaction.atomic():
            ask(project.pk, None, [Ask(noting.KIND, "note", {})])

    wakes = Wakes(
        client,
        {
            "raw": lambda: client.lpush("raw-wakes", 1),
            "celery": celery_noted.delay,
            "wake": lambda: waking.wake(noting.QUEUE),
            "job": ask_for_one,
        },
    )
    with ExitStack() as stack:
        for name, arguments in _workers(os.environ["REDIS_URL"]).items():
            stack.enter_context(program(*arguments, log=folder / f"{name}.log"))
        for side in ("raw", "celery", "wake", "job"):
            wakes.late_s(side)
        idle = _idle(wakes, rounds, 2 if quick else 20)
        stream = in_turns(
            rounds,
            {
                side: lambda side=side: wakes.stream_s(side, 5 if quick else 100)
                for side in ("raw", "celery", "wake")
            },
        )
    return _rows(idle, stream)


def _workers(redis_url: str) -> dict[str, tuple[str, ...]]:
    dramatiq = ("dramatiq", "tests.bench.worker", "--processes=1", "--threads=4")
    celery = ("celery", "--app=tests.bench.celery_wakes", "worker", "--concurrency=1")
    return {
        "raw": ("tests.bench.raw_wakes", redis_url),
        "celery": (*celery, "--loglevel=ERROR"),
        "worker": (*dramatiq, f"--queues={noting.QUEUE}"),
    }


def _idle(wakes: Wakes, rounds: int, count: int) -> Rounds:
    """One after the other, so that each is idle while the others have their turn."""
    found: dict[str, list[float]] = {side: [] for side in ("raw", "celery", "wake", "job")}
    for _ in range(rounds):
        late: dict[str, list[float]] = {side: [] for side in found}
        for _ in range(count):
            for side, values in late.items():
                time.sleep(PAUSE_S)
                values.append(wakes.late_s(side))
        for side, values in late.items():
            found[side].append(p95(values))
    return Rounds(found)


def _rows(idle: Rounds, stream: Rounds) -> list[Row]:
    raw = f"{_ms(idle, 'raw')} (BLPOP)"
    celery = f"{_ms(idle, 'celery')} (Celery)"
    mine = _ms(idle, "wake")
    return [
        most("idle wake-up to start, p95", mine, raw, idle.ratio("wake", "raw"), 15.0),
        most("idle wake-up to start, p95", mine, celery, idle.ratio("wake", "celery"), 1.5),
        Row(
            "the same from asking to the handler, with its rows and the claim",
            _ms(idle, "job"),
            celery,
            idle.ratio("job", "celery"),
        ),
        most(
            f"wake-up to start at {A_SECOND} a second, p95",
            _ms(stream, "wake"),
            f"{_ms(stream, 'raw')} (BLPOP)",
            stream.ratio("wake", "raw"),
            5.0,
        ),
        Row(
            f"wake-up to start at {A_SECOND} a second, p95",
            _ms(stream, "wake"),
            f"{_ms(stream, 'celery')} (Celery)",
            stream.ratio("wake", "celery"),
        ),
    ]


def _ms(found: Rounds, side: str) -> str:
    return f"{found.median(side) * 1e3:.2f} ms"
