"""Reading what a query string or a header says: text that may be anything at all."""

from typing import Any, Protocol

LARGEST = 2**63 - 1


class Asked(Protocol):
    """A request with a query string."""

    @property
    def GET(self) -> Any: ...  # noqa: N802  Django's name

    def build_absolute_uri(self, location: str | None = None) -> str: ...


def word(request: Asked, name: str) -> str:
    """What the query string says of `name`; "" also for a NUL, which PostgreSQL refuses."""
    said = str(request.GET.get(name, ""))
    return "" if "\0" in said else said


def whole(text: str) -> int | None:
    """The whole number that decimal digits say, at most `LARGEST`; None for all other text."""
    if not text.isdecimal():
        return None
    return min(int(text), LARGEST) if len(text) < 20 else LARGEST
