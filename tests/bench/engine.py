"""`script/bench engine`: wake-ups, the way through ComfyUI, several servers, large orders."""

from pathlib import Path

from tests.bench import waking
from tests.bench.rows import Row


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    return waking.measure(rounds, quick=quick, folder=folder)
