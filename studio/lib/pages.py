"""Keyset pages, newest first: flat at any depth, and no count."""

from typing import Any, Protocol, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)

PAGE = 60
MAX_PAGE = 200


class Asked(Protocol):
    """A request with a query string."""

    @property
    def GET(self) -> Any: ...  # noqa: N802  Django's name

    def build_absolute_uri(self, location: str | None = None) -> str: ...


def page_of(
    request: Asked, rows: models.QuerySet[M], size: int = PAGE
) -> tuple[list[M], str | None]:
    """One page of `rows` by falling id after `?before=`, and the next page's query or None."""
    before = request.GET.get("before", "")
    limit = request.GET.get("limit", "")
    size = min(int(limit), MAX_PAGE) if limit.isdigit() and int(limit) else size
    if before.isdigit():
        rows = rows.filter(pk__lt=min(int(before), 2**63 - 1))
    found = list(rows.order_by("-pk")[: size + 1])
    if len(found) <= size:
        return found, None
    query = request.GET.copy()
    query["before"] = str(found[size - 1].pk)
    return found[:size], f"?{query.urlencode()}"
