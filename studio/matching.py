"""How well a name matches what somebody typed; pure. Small numbers are good, None is no match."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def distance(said: str, name: str) -> float | None:
    """Whole, beginning, beginning of a word, anywhere, all words, then all letters in order."""
    said, name = said.casefold(), name.casefold()
    if name == said:
        return 0
    if name.startswith(said):
        return 1
    if f" {said}" in name:
        return 2
    if said in name:
        return 3
    if all(word in name for word in said.split()):
        return 4
    gap = _gap(said, name)
    return None if gap is None else 5 + gap


def _gap(said: str, name: str) -> int | None:
    """How many letters lie between the letters that were typed, when all come in their order."""
    letters = [letter for letter in said if not letter.isspace()]
    first = at = -1
    for letter in letters:
        at = name.find(letter, at + 1)
        if at < 0:
            return None
        first = at if first < 0 else first
    return at - first + 1 - len(letters)


def nearest(said: str, things: Iterable[T], name: Callable[[T], str], most: int) -> list[T]:
    """The things whose names match best, at most `most`; of equal ones the first comes first."""
    known = ((distance(said, name(thing)), thing) for thing in things)
    found = [(far, thing) for far, thing in known if far is not None]
    found.sort(key=lambda pair: pair[0])
    return [thing for _far, thing in found[:most]]
