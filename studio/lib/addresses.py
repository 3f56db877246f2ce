"""Reading what a query string or a header says: text that may be anything at all."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Protocol, TypeVar

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from studio.lib.errors import BadQuery

V = TypeVar("V")

LARGEST = 2**63 - 1
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T[0-9:.]{1,20}(Z|[+ -][0-9:]{2,8})?)?", re.ASCII)


class Asked(Protocol):
    """A request with a query string."""

    @property
    def GET(self) -> Any: ...  # noqa: N802  Django's name

    def build_absolute_uri(self, location: str | None = None) -> str: ...


class Said:
    """The query string of a page without what a form left empty; `left_out` says whether it did."""

    def __init__(self, request: Asked) -> None:
        self.GET = request.GET.copy()
        for name in request.GET:
            if not request.GET[name].strip():
                del self.GET[name]
        self.left_out = len(self.GET) < len(request.GET)
        self.build_absolute_uri = request.build_absolute_uri

    @property
    def query(self) -> str:
        return f"?{self.GET.urlencode()}" if self.GET else ""

    def take(self, name: str) -> str:
        """What it says of `name`, "" when nothing; from then on it does not."""
        return str((self.GET.pop(name, None) or [""])[-1])

    def with_one(self, name: str, value: str) -> str:
        """The query string with another value of `name`, none when empty, from the first page."""
        changed = self.GET.copy()
        for gone in ("cursor", name):
            changed.pop(gone, None)
        if value:
            changed[name] = value
        return f"?{changed.urlencode()}"


def word(request: Asked, name: str) -> str:
    """What the query string says of `name`; "" also for a NUL, which PostgreSQL refuses."""
    said = str(request.GET.get(name, ""))
    return "" if "\0" in said else said


def whole(text: str) -> int | None:
    """The whole number that decimal digits say, at most `LARGEST`; None for all other text."""
    if not text.isdecimal():
        return None
    return min(int(text), LARGEST) if len(text) < 20 else LARGEST


def choice(request: Asked, name: str, known: Mapping[str, V]) -> V | None:
    """What `known` has under the word of the query string; None without one. Raises BadQuery."""
    said = request.GET.get(name)
    if said is None:
        return None
    if said not in known:
        words = ", ".join(known) or "none yet"
        raise BadQuery(f"There is no {name} {said[:60]!r}. Known are: {words}.", field=name)
    return known[said]


def share(request: Asked, name: str) -> float | None:
    """A number from 0 to 1; None without one. Raises BadQuery."""
    said = request.GET.get(name)
    if said is None:
        return None
    try:
        value = float(said)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise BadQuery(f"{name} is a number from 0 to 1.", field=name)
    return value


def moment(request: Asked, name: str, *, end: bool = False) -> datetime | None:
    """A date or a date and time; of a date its beginning, or with `end` the next day's.

    None without one. Raises BadQuery. A time without a zone is in the studio's.
    """
    said = request.GET.get(name)
    if said is None:
        return None
    try:
        # A plus sign in a query string arrives as a space.
        written = bool(_DATE.fullmatch(said))
        found = parse_datetime(said.replace(" ", "+", 1)) if written and "T" in said else None
        day = parse_date(said) if written and not found else None
        if day:
            found = datetime.combine(day, time.min) + timedelta(days=end)
        if found and timezone.is_naive(found):
            found = timezone.make_aware(found)
        if found:
            return found.astimezone(timezone.get_default_timezone())
    except (ValueError, OverflowError):
        pass
    raise BadQuery(f"{name} is a date as 2026-11-28 or 2026-11-28T12:00:00Z.", field=name)
