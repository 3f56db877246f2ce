"""What a benchmark found: a table of rows, each with its peer in the same run and its goal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = ("what", "measured", "peer", "ratio", "goal", "met")


@dataclass(frozen=True)
class Row:
    """One figure beside its peer's; `met` is None where no goal is set."""

    what: str
    measured: str
    peer: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "no", None: ""}[self.met]
        return (self.what, self.measured, self.peer, ratio, self.goal, met)


def most(what: str, measured: str, peer: str, ratio: float, limit: float) -> Row:
    """A row whose ratio may be at most `limit`."""
    return Row(what, measured, peer, ratio, f"at most {limit:g} ×", ratio <= limit)


def least(what: str, measured: str, peer: str, ratio: float, limit: float) -> Row:
    """A row whose ratio must be at least `limit`."""
    return Row(what, measured, peer, ratio, f"at least {limit:g} ×", ratio >= limit)


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, its columns aligned."""
    lines: Sequence[tuple[str, ...]] = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    padded = [
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines
    ]
    texts = [f"| {' | '.join(cells)} |" for cells in padded]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def cells_of(printed: str) -> list[list[str]]:
    """The rows of the tables in a text, heads included, the lines below them not."""
    lines = [line.strip("|").split("|") for line in printed.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines]
