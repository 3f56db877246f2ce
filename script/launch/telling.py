"""How a launcher speaks: a line per step, one live line on a terminal, a sentence at the end.

Knows nothing of what it tells.
"""

import shutil
import sys
import time
from pathlib import Path

SECONDS_BETWEEN_LINES = 15.0


class LaunchError(Exception):
    """The launcher cannot go on; the message is the sentence for the person."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def say(text: str = "") -> None:
    """One line, at once, also when the output is a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, indented; empty when there is none."""
    if not path.is_file():
        return ""
    lines = [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-count:])


class Steps:
    """Counts the steps of a launcher: `[2/5]`."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def tag(self) -> str:
        """What stands before the next step."""
        self._done += 1
        return f"[{self._done}/{self._total}]"


class LiveLine:
    """What goes on right now: rewritten in place on a terminal, now and then a line in a log."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self._on_terminal = sys.stdout.isatty()
        self._told_at = self.started
        self._told = ""

    @property
    def elapsed_s(self) -> float:
        """Seconds since this line began."""
        return time.monotonic() - self.started

    def show(self, text: str) -> None:
        """Tell the state; cheap enough to call several times a second."""
        if self._on_terminal:
            width = shutil.get_terminal_size().columns - 1
            sys.stdout.write(f"\r\x1b[K{text[:width]}")
            sys.stdout.flush()
        elif text != self._told and time.monotonic() - self._told_at >= SECONDS_BETWEEN_LINES:
            say(text)
            self._told, self._told_at = text, time.monotonic()

    def clear(self) -> None:
        """Leave the line empty for what is told next."""
        if self._on_terminal:
            sys.stdout.write("\r\x1b[K")
            sys.stdout.flush()
