"""What pages of the admin share: evidence is only looked at, what is done to rows is counted."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.filters import AllValuesFieldListFilter
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from studio.lib.errors import StudioError

NAMED = 5  # so many refused rows are named beside a reason; the others are counted


class Evidence:
    """Mixed into a ModelAdmin or an inline whose rows are a record of what happened."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Values(AllValuesFieldListFilter):
    """The values that rows have, where the empty one has a name too."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            display = str(choice["display"])  # with facets, " (3)" is the count of the empty one
            named = display if display[:1].strip() else f"none{display}"
            yield choice | {"display": named}


class ReasonForm(ActionForm):
    """Beside the list of actions: what is recorded with a decision that wants a reason."""

    reason = forms.CharField(required=False, max_length=2000, label="Reason")


def reason_of(request: HttpRequest) -> str:
    """What was written there."""
    return request.POST.get("reason", "")[:2000]


def each(
    page: admin.ModelAdmin[Any], request: Any, rows: Iterable[Any], step: Callable[..., Any]
) -> None:
    """Run a step on every chosen row as the signed-in admin; say how many went well and why not."""
    done = 0
    refused: dict[str, list[str]] = {}
    for row in rows:
        try:
            step(request.user, row)
            done += 1
        except StudioError as error:
            refused.setdefault(error.sentence, []).append(str(row))
    if done:
        page.message_user(request, f"{done} done.", messages.SUCCESS)
    if refused:
        count = sum(map(len, refused.values()))
        reasons = ((_names(rows), sentence) for sentence, rows in refused.items())
        said = format_html_join("", "<br>{}: {}", reasons)
        page.message_user(request, format_html("{} refused.{}", count, said), messages.WARNING)


def _names(rows: list[str]) -> str:
    more = len(rows) - NAMED
    return ", ".join(rows[:NAMED]) + (f" and {more} more" if more > 0 else "")
