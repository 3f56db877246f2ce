"""What a verb of `manage.py studio` is: its arguments, its calls, the fields that it shows.

Knows the client and argparse; never where the server is, nor how an error is told.
"""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.client import Client

Do = Callable[[Client, Namespace], Any]


@dataclass(frozen=True)
class Argument:
    """What argparse is told of one argument."""

    names: tuple[str, ...]
    how: Mapping[str, Any]


@dataclass(frozen=True)
class Verb:
    """`does` calls the API; `shows` are the fields that a person sees of what comes back."""

    does: Do
    arguments: tuple[Argument, ...]
    shows: tuple[str, ...]
    words: str


VERBS: dict[str, Verb] = {}


def verb(name: str, *arguments: Argument, shows: tuple[str, ...] = ()) -> Callable[[Do], Do]:
    """Register a function as a verb; its docstring is the help."""

    def register(does: Do) -> Do:
        VERBS[name] = Verb(does, arguments, shows, (does.__doc__ or "").removesuffix("."))
        return does

    return register


def arg(*names: str, **how: Any) -> Argument:
    """An argument, as `ArgumentParser.add_argument` takes it."""
    return Argument(names, how)


def positive(text: str) -> int:
    """A whole number from 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is no whole number from 1")
    return int(text)


CHARACTER = arg("character", type=int, help="its id")
FILE = arg("file", type=Path, help="a PNG, JPEG or WebP")
LIMIT = arg("--limit", type=positive, default=50, metavar="N", help="at most so many; default: 50")
KEY = arg("--key", default="", help="Idempotency-Key: under one key it happens once")
WAIT = arg("--wait", action="store_true", help="until it is made and checked")
