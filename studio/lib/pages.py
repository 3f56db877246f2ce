"""Keyset pages, newest first: flat at any depth, and no count without a cap."""

from typing import Any, TypeVar

from django.db import models

from studio.lib.addresses import Asked, whole

M = TypeVar("M", bound=models.Model)

PAGE = 60
MAX_PAGE = 200
COUNT_CAP = 1000


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


def page_of(
    request: Asked, rows: models.QuerySet[M], size: int = PAGE
) -> tuple[list[M], str | None]:
    """One page of `rows` by falling id after `?before=`, and the next page's query or None."""
    before = whole(request.GET.get("before", ""))
    size = min(whole(request.GET.get("limit", "")) or size, MAX_PAGE)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    if len(found) <= size:
        return found, None
    query = request.GET.copy()
    query["before"] = str(found[size - 1].pk)
    return found[:size], f"?{query.urlencode()}"
