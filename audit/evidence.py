"""Evidence in the admin: it can be looked at, not added, changed or deleted."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from studio.lib.errors import StudioError


class Evidence:
    """Mixed into a ModelAdmin or an inline whose rows are a record of what happened."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def each(
    page: admin.ModelAdmin[Any], request: Any, rows: Iterable[Any], step: Callable[..., Any]
) -> None:
    """Run a step on every chosen row as the signed-in admin, and say how many were refused."""
    done, refusals = 0, []
    for row in rows:
        try:
            step(request.user, row)
            done += 1
        except StudioError as error:
            refusals.append(f"{row}: {error.sentence}")
    if done:
        page.message_user(request, f"{done} done.", messages.SUCCESS)
    if refusals:
        shown = " ".join(refusals[:5])
        page.message_user(request, f"{len(refusals)} refused. {shown}", messages.WARNING)
