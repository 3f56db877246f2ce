"""Keyset pages, newest first or in another order: flat at any depth, no count without a cap.

A cursor says where the next page begins. It is opaque to whoever follows it, names no row count,
and stays good while rows come and go.
"""

import base64
import binascii
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from drf_spectacular.utils import OpenApiParameter

from studio.lib.addresses import LARGEST, Asked, whole
from studio.lib.errors import BadQuery, StudioError

M = TypeVar("M", bound=models.Model)

PAGE = 60
MAX_PAGE = 200
COUNT_CAP = 1000

PAGED = (
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1},
        description=f"How many at once: {PAGE}, or this, and at most {MAX_PAGE}.",
    ),
    OpenApiParameter("cursor", str, description="Where the page begins: from `next`."),
)


@dataclass(frozen=True)
class Order:
    """An order of a list: by `key`, a number that no row lacks, then by id in the same direction.

    Without a key by id alone. Falling, when not `rising`.
    """

    key: Combinable | None = None
    rising: bool = False

    @property
    def names(self) -> list[str]:
        """What a queryset is ordered by; the key is annotated as `sort_key`."""
        names = ["pk"] if self.key is None else ["sort_key", "pk"]
        return names if self.rising else [f"-{name}" for name in names]

    def place_of(self, row: Any) -> Any:
        """Where a row stands, as a cursor says it."""
        return row.pk if self.key is None else [row.sort_key, row.pk]

    def beyond(self, place: Any) -> Any:
        """The condition that a row comes after a place. BadCursor for a place of another order."""
        if self.key is None:
            return Q(**{f"pk__{'gt' if self.rising else 'lt'}": key_of(place)})
        if not isinstance(place, list) or len(place) != 2:
            raise BadCursor
        # A comparison of rows is one range of the index, also where many share a key.
        comes_after = TupleGreaterThan if self.rising else TupleLessThan
        return comes_after(Tuple(self.key, F("pk")), (_number(place[0]), key_of(place[1])))


NEWEST = Order()


class CappedCount(models.Subquery):
    """How many of `rows` have `value` in `column`; it stops counting at one more than the cap."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()

    def __init__(self, rows: models.QuerySet[Any], column: str, value: Any) -> None:
        # A range and its order, which only an index over the column gives: asked for equality,
        # PostgreSQL may read the whole table in search of a value that is rare among `rows`.
        of_value = rows.filter(**{f"{column}__range": (value, value)})
        super().__init__(of_value.order_by(column, "-pk").values("pk")[: COUNT_CAP + 1])


def counted(number: int) -> str:
    """A capped count in words: `37`, `1000+`."""
    return str(number) if number <= COUNT_CAP else f"{COUNT_CAP}+"


class BadCursor(StudioError):
    """A cursor that this studio did not make."""

    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__("This is no cursor of this list. Begin without one.", field="cursor")


def page_of(
    request: Asked,
    rows: models.QuerySet[M],
    size: int = PAGE,
    *,
    order: Order = NEWEST,
    columns: Sequence[str] = (),
) -> tuple[list[M], str | None]:
    """One page of `rows`, and the query string of the next page or None.

    With `columns` named tuples of these, which an order may follow with its key. Raises BadCursor
    and BadQuery for what the query string says of `cursor` and `limit`.
    """
    size = size_of(request, size)
    keyed: Any = rows if order.key is None else rows.annotate(sort_key=order.key)
    position = position_of(request)
    if position is not None:
        keyed = keyed.filter(order.beyond(position))
    if columns:
        key = [] if order.key is None else ["sort_key"]
        keyed = keyed.values_list(*columns, *key, named=True)
    found: list[M] = list(keyed.order_by(*order.names)[: size + 1])
    if len(found) <= size:
        return found, None
    return found[:size], following(request, order.place_of(found[size - 1]))


def size_of(request: Asked, size: int = PAGE) -> int:
    """How many rows a page has: `?limit=`, at most MAX_PAGE."""
    said = request.GET.get("limit")
    if said is None:
        return size
    wanted = whole(said)
    if not wanted:
        raise BadQuery("A limit is a whole number from 1.", field="limit")
    return min(wanted, MAX_PAGE)


def position_of(request: Asked) -> Any:
    """What `following` was given for the page that is asked for; None for the first one."""
    cursor = request.GET.get("cursor")
    if cursor is None:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursor from error


def following(request: Asked, position: Any) -> str:
    """The query string of the page that begins after `position`; filters are kept."""
    query = request.GET.copy()
    query["cursor"] = base64.urlsafe_b64encode(json.dumps(position).encode()).decode()
    return f"?{query.urlencode()}"


def key_of(position: Any) -> int:
    """The id that a position is. Raises BadCursor where it is none."""
    if not isinstance(position, int) or isinstance(position, bool) or abs(position) > LARGEST:
        raise BadCursor
    return position


def _number(position: Any) -> int | float:
    if isinstance(position, float) and math.isfinite(position):
        return position
    return key_of(position)
