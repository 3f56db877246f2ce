"""State transitions: one compare-and-set UPDATE per edge."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from studio.lib.errors import Conflict, IllegalMove
from studio.lib.lookups import States

Moves = Mapping[Any, frozenset[Any]]


def check_move(moves: Moves, seen: States, to: States) -> None:
    """Raise IllegalMove when `moves` has no edge from `seen` to `to`."""
    if to not in moves.get(seen, frozenset()):
        raise IllegalMove(
            f"It is {words(seen)}, so it cannot become {words(to)}.", state=seen.label
        )


def words(state: States) -> str:
    """A state's name as it stands in a sentence."""
    return state.label.replace("_", " ")


def move(
    queryset: models.QuerySet[Any],
    moves: Moves,
    *,
    field: str,
    seen: States,
    to: States,
    **changes: Any,
) -> None:
    """Move the one row of `queryset` from the state that was read to another.

    `field` is the foreign key's name; `changes` are written by the same UPDATE. Raises
    IllegalMove when the edge does not exist, Conflict when the row has moved on meanwhile.
    """
    check_move(moves, seen, to)
    if not queryset.filter(**{f"{field}_id": seen}).update(**{f"{field}_id": to}, **changes):
        raise Conflict(
            "Somebody changed this meanwhile. Look at it again and decide anew.",
            expected=seen.label,
        )
