"""Lookup tables whose rows are an enum's members: declared by apps, synchronised after migrate."""

from enum import IntEnum
from typing import Any, Self

from django.core.management.color import no_style
from django.db import connections


class States(IntEnum):
    """States that code knows: each member is `(id, description)` and compares as its id."""

    description: str

    def __new__(cls, value: int, description: str = "") -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    @classmethod
    def of(cls, key: int | None) -> Self:
        """The state that a foreign key names; ValueError for None and for an unknown id.

        A key whose field has a default is typed as if it could be null, which it never is.
        """
        if key is None:
            raise ValueError(f"a row without its {cls.__name__}")
        return cls(key)

    @property
    def label(self) -> str:
        """The name of the row: the member's name in lower case."""
        return self.name.lower()


_registered: list[tuple[Any, type[States]]] = []


def register(model: Any, states: type[States]) -> None:
    """Declare that the rows of `model` are the members of `states` (called in AppConfig.ready)."""
    _registered.append((model, states))


def sync_states(model: Any, states: type[States], using: str = "default") -> None:
    """Write one row per member, by id, and reset the table's sequence."""
    rows = [
        model(pk=state.value, name=state.label, description=state.description) for state in states
    ]
    model._default_manager.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=["name", "description"]
    )
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def sync_all(using: str = "default") -> None:
    """Synchronise every registered lookup table."""
    for model, states in _registered:
        sync_states(model, states, using)
