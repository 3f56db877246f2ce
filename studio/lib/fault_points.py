"""Fault points: named lines of the main job at which a test can end, stop or break this process.

Nothing happens at one unless it is armed, and `studio.settings` arms only a studio that is
reached by this machine alone.
"""

import errno
import logging
import os
import signal
import threading
from collections.abc import Callable

from django.db import OperationalError

log = logging.getLogger(__name__)

POINTS = {
    "receiving.vetted": "an upload is checked, nothing is stored",
    "receiving.stored": "its files are stored, no row names them",
    "receiving.written": "its rows are written, not committed",
    "receiving.committed": "its rows are committed, the answer is not sent",
    "vetting.measured": "a source's pixels are measured, nothing is written",
    "vetting.read": "a source's faces are read, nothing is written",
    "asking.written": "a request, its variants and jobs are written, not committed",
    "asking.committed": "they are committed, the answer is not sent",
    "waking.due": "a commit is through, its wake-up is not sent",
    "claiming.written": "a job is claimed, not committed",
    "claiming.committed": "a claim is committed, the handler has not begun",
    "heartbeat.due": "a lease is about to be renewed",
    "generating.prepared": "a prompt is about to get its server and its id",
    "generating.stored": "its id is stored, the server has heard nothing",
    "submitting.uploading": "the inputs are about to be uploaded",
    "submitting.uploaded": "the inputs are with the server, the prompt is not",
    "submitting.posting": "the prompt is about to be posted",
    "submitting.posted": "the server has taken the prompt, nobody has written that down",
    "driving.ended": "the run has ended, its outputs are not fetched",
    "driving.fetched": "the outputs are in memory",
    "collecting.vetted": "the output is checked, nothing is stored",
    "collecting.stored": "its files are stored, no row names them",
    "storing.file": "a file is about to be written",
    "finishing.written": "a job's end and its rows are written, not committed",
    "finishing.committed": "they are committed",
    "checking.measured": "a variant's pixels are measured, nothing is written",
    "checking.read": "a variant's faces are read, nothing is written",
    "reviewing.written": "a decision is written, not committed",
    "reviewing.committed": "a decision is committed, the answer is not sent",
    "sweeping.written": "a lost job is sent back to its queue, not committed",
}


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _exit() -> None:
    os._exit(70)


def _disk_full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _storage_error() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def _database_error() -> None:
    raise OperationalError("the connection was lost (a fault point)")


def _say() -> None:
    """Nothing: the log has named the point."""


ACTIONS: dict[str, Callable[[], None]] = {
    "kill": _kill,
    "freeze": _freeze,
    "exit": _exit,
    "disk_full": _disk_full,
    "storage_error": _storage_error,
    "database_error": _database_error,
    "say": _say,
}


class _Armed:
    """What happens at one point: an action at its nth passing, once."""

    def __init__(self, action: Callable[[], None], nth: int) -> None:
        self._action = action
        self._left = nth
        self._lock = threading.Lock()

    def passed(self, name: str) -> None:
        with self._lock:
            self._left -= 1
            strikes = self._left == 0
        if strikes:
            log.warning("fault point %s", name)
            self._action()


_armed: dict[str, _Armed] = {}


def parse(text: str) -> dict[str, tuple[str, int]]:
    """`name:action[:nth]`, separated by commas: action and nth passing by name of the point.

    `*` is every point. Raises ValueError with a sentence for what does not exist.
    """
    found: dict[str, tuple[str, int]] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, rest = word.partition(":")
        action, _, nth = rest.partition(":")
        if name != "*" and name not in POINTS:
            raise ValueError(f"There is no fault point {name!r}; there are {', '.join(POINTS)}.")
        if action not in ACTIONS:
            raise ValueError(f"A fault point does {', '.join(ACTIONS)}, not {action!r}.")
        if nth and (not nth.isdigit() or int(nth) < 1):
            raise ValueError(f"{word!r}: the passing is a whole number of at least 1.")
        found |= dict.fromkeys(POINTS if name == "*" else [name], (action, int(nth or 1)))
    return found


def arm(text: str) -> None:
    """Arm the points that `text` names and no others; raises ValueError as `parse` does."""
    _armed.clear()
    for name, (action, nth) in parse(text).items():
        _armed[name] = _Armed(ACTIONS[action], nth)


def fault_point(name: str) -> None:
    """Pass a named line; when the point is armed, what was armed happens here."""
    if armed := _armed.get(name):
        armed.passed(name)
