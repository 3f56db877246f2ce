"""The bridge alone, from upload to bytes in hand, beside the plain way on the same server."""

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from comfy_bridge.driving import drive
from comfy_bridge.handles import ServerHandle, open_handle
from comfy_bridge.requests import BoundPrompt, Progress
from tests.bench.plain_way import PlainWay
from tests.bench.prompts import own_pictures
from tests.bench.rounds import Rounds, in_turns, seconds_of
from tests.bench.rows import Row, most
from variants.generating import NETWORKS

STALL_S = 60.0
MAX_BYTES = 60 * 2**20
GOALS = {1: 1.15, 10: 1.05}
NAMES = {1: "one after the other", 10: "10 queued"}


def measure(url: str, rounds: int, *, quick: bool) -> list[Row]:
    """The rows on the bridge; `url` is the server's."""
    counts = {1: 2, 10: 10} if quick else {1: 10, 10: 30}
    server = open_handle(url, NETWORKS)
    try:
        with PlainWay(url) as plain:
            plain.run(own_pictures(2), 1)
            bridged(server, own_pictures(2), 1)
            found = {depth: _found(server, plain, rounds, depth, counts[depth]) for depth in GOALS}
    finally:
        server.close()
    return [
        most(
            f"the bridge alone per prompt, {NAMES[depth]}",
            f"{one.median('bridge') * 1e3:.1f} ms",
            f"{one.median('plain') * 1e3:.1f} ms (plain script)",
            one.ratio("bridge", "plain"),
            GOALS[depth],
        )
        for depth, one in found.items()
    ]


def bridged(server: ServerHandle, prompts: Sequence[BoundPrompt], depth: int) -> float:
    """Seconds until the bridge has all pictures in hand, with `depth` prompts at a time."""
    with ThreadPoolExecutor(depth) as threads:
        return seconds_of(lambda: list(threads.map(lambda one: _driven(server, one), prompts)))


def _found(server: ServerHandle, plain: PlainWay, rounds: int, depth: int, count: int) -> Rounds:
    return in_turns(
        rounds,
        {
            "bridge": lambda: bridged(server, own_pictures(count), depth) / count,
            "plain": lambda: plain.run(own_pictures(count), depth) / count,
        },
    )


def _driven(server: ServerHandle, prompt: BoundPrompt) -> None:
    outcome = drive(
        server,
        str(uuid.uuid4()),
        prompt,
        fresh=True,
        on_progress=_heard,
        should_stop=lambda: False,
        stall_s=STALL_S,
        max_output_bytes=MAX_BYTES,
    )
    assert outcome.files[0].data.startswith(b"\x89PNG")


def _heard(progress: Progress) -> None:
    """Nobody looks at a bar here."""
