"""Turns a server's error texts into sentences that may be shown: no paths, no tracebacks. Pure."""

import re

MAX_CHARS = 300
_QUOTED_PATH = re.compile(r"(['\"])(?:/|~/|[A-Za-z]:[\\/]|\\\\)[^'\"\n]*?([^\\/'\"\n]*)\1")
_POSIX_PATH = re.compile(r"(?<![\w.])~?(?:/[\w.@+%~-]+)+/?")
_WINDOWS_PATH = re.compile(r"(?:[A-Za-z]:|\\)\\[^\s'\"]+")
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"]+", re.IGNORECASE)
_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\).*|^\s*File .*", re.DOTALL | re.MULTILINE
)


def cleaned(text: object) -> str:
    """One line of at most 300 printable characters without paths, addresses or a traceback."""
    if not isinstance(text, str):
        return ""
    line = _TRACEBACK.sub(" ", text[:10_000])
    line = _ADDRESS.sub("(address)", line)
    line = _QUOTED_PATH.sub(r"\1\2\1", line)
    line = _WINDOWS_PATH.sub("(path)", line)
    line = _POSIX_PATH.sub("(path)", line)
    line = "".join(c if c.isprintable() else " " for c in line)
    line = " ".join(line.split())
    return line if len(line) <= MAX_CHARS else line[: MAX_CHARS - 1] + "…"


def as_sentence(text: str) -> str:
    """The text with a full stop at its end."""
    return text if not text or text[-1] in ".!?…" else f"{text}."
