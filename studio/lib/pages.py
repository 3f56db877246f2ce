"""Keyset pages, newest first: flat at any depth, and no count without a cap."""

from typing import Any, TypeVar

from django.db import models

from studio.lib.addresses import Asked, whole

M = TypeVar("M", bound=models.Model)

PAGE = 60
MAX_PAGE = 200
COUNT_CAP = 1000


class CappedCount(models.Subquery):
    """How many rows a query finds, as a column; it stops counting at one more than the cap."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()

    def __init__(self, rows: models.QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[: COUNT_CAP + 1])


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
