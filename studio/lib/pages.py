"""Keyset pages, newest first: flat at any depth, and no count."""

from typing import TypeVar

from django.db import models

from studio.lib.addresses import Asked, whole

M = TypeVar("M", bound=models.Model)

PAGE = 60
MAX_PAGE = 200


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
