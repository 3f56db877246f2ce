"""The fault switches: what may go wrong on request, and how a switch is written and read.

Knows nothing of HTTP, sockets or nodes; those ask it.
"""

import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import Any

HOSTILE_KINDS = frozenset(
    {
        "content_type",  # /view: the picture, but called text/html
        "html",  # /view: a web page, but called image/png
        "truncated_png",  # /view: the first half of the picture
        "oversized",  # /view: no length given, and hundreds of megabytes
        "bad_json",  # /history: cut off in the middle
        "traversal",  # outputs named ../../../etc/passwd
        "huge_frame",  # one preview frame of 32 MiB at each start
        "garbage_frames",  # frames that are not JSON, not objects, too short, of unknown type
        "foreign_events",  # a full set of messages for prompts nobody asked for
    }
)
HANG_KINDS = frozenset(
    {
        "node",  # the node has been announced and does not end; an interrupt ends it
        "silent",  # as "node", but nothing was announced
        "stuck",  # as "node", but interrupts are not looked at
    }
)
ALWAYS = -1


class UnknownFaultError(ValueError):
    """The switch or its value does not exist; the message says which there are."""


def _flag(value: Any) -> bool:
    if isinstance(value, str):
        if value.lower() in {"1", "true", "yes", "on"}:
            return True
        if value.lower() in {"", "0", "false", "no", "off"}:
            return False
        raise UnknownFaultError(f"{value!r} is neither true nor false.")
    return bool(value)


def _times(value: Any) -> int:
    """True: every time; a number: the next so many times; false or 0: off."""
    if isinstance(value, bool) or (isinstance(value, str) and not value.lstrip("-").isdigit()):
        return ALWAYS if _flag(value) else 0
    return max(ALWAYS, int(value or 0))


def _factor(value: Any) -> float:
    factor = float(value or 1.0)
    if factor < 1.0:
        raise UnknownFaultError("slow is a factor of 1 or more.")
    return factor


def _count(value: Any) -> int:
    return int(value or 0)


def _hang(value: Any) -> str:
    if isinstance(value, str) and value in HANG_KINDS:
        return value
    try:
        return "node" if _flag(value) else ""
    except UnknownFaultError:
        raise UnknownFaultError(f"hang is true or one of {sorted(HANG_KINDS)}.") from None


def _hostile(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        value = value.split(",") if value else []
    kinds = frozenset(value or ())
    if kinds - HOSTILE_KINDS:
        raise UnknownFaultError(f"hostile is a list out of {sorted(HOSTILE_KINDS)}.")
    return kinds


def _text(value: Any) -> str:
    return str(value or "")


@dataclasses.dataclass(frozen=True)
class Switches:
    """The state of all switches; the default of each is "off"."""

    down: bool = False
    refuse: int = 0
    error_after_queue: int = 0
    drop_socket: int = 0
    deaf_socket: bool = False
    hang: str = ""
    slow: float = 1.0
    hostile: frozenset[str] = frozenset()
    node_error: str = ""


PARSERS: dict[str, Callable[[Any], Any]] = {
    "down": _flag,
    "refuse": _times,
    "error_after_queue": _times,
    "drop_socket": _count,
    "deaf_socket": _flag,
    "hang": _hang,
    "slow": _factor,
    "hostile": _hostile,
    "node_error": _text,
}


class Faults:
    """The switches of one running sandbox; read from the event loop and from the worker thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.now = Switches()

    def switch(self, changes: Mapping[str, Any]) -> None:
        """Set some switches, all or none. `{"reset": true}` turns off all others first.

        Raises UnknownFaultError.
        """
        rest = dict(changes)
        with self._lock:
            base = Switches() if _flag(rest.pop("reset", False)) else self.now
            unknown = rest.keys() - PARSERS.keys()
            if unknown:
                raise UnknownFaultError(
                    f"No fault {sorted(unknown)}; there are {sorted(PARSERS)} and lose_history."
                )
            try:
                parsed = {name: PARSERS[name](value) for name, value in rest.items()}
            except TypeError as error:
                raise UnknownFaultError(str(error)) from error
            self.now = dataclasses.replace(base, **parsed)

    def take(self, name: str) -> bool:
        """Whether a counted fault (`refuse`, `error_after_queue`) strikes now; uses up one."""
        with self._lock:
            left = getattr(self.now, name)
            if left > 0:
                self.now = dataclasses.replace(self.now, **{name: left - 1})
            return bool(left)

    def hostile(self, kind: str) -> bool:
        """Whether this kind of hostility is on."""
        return kind in self.now.hostile

    def described(self) -> dict[str, Any]:
        """The switches as JSON."""
        shown = dataclasses.asdict(self.now)
        shown["hostile"] = sorted(self.now.hostile)
        return shown
