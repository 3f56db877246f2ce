"""`script/bench engine`: wake-ups, the way through ComfyUI, several servers, large orders."""

import os
from contextlib import ExitStack
from pathlib import Path

from tests.bench import bridging, enqueuing, producing, spreading, waking
from tests.bench.rows import Row
from tests.bench.studio import worked
from tests.fakes.sandbox import start_sandbox


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    rows = waking.measure(rounds, quick=quick, folder=folder)
    with ExitStack() as stack:
        url = os.environ["BENCH_COMFYUI"] or stack.enter_context(start_sandbox()).url
        rows += bridging.measure(url, rounds, quick=quick)
        with worked(2 * spreading.MOST, folder):
            rows += producing.measure(url, rounds, quick=quick)
            rows += spreading.measure(rounds, quick=quick)
    return [*rows, *enqueuing.measure(rounds, quick=quick)]
