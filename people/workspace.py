"""How people left their pages: kept in the database, so that it is there on any device.

What a page keeps is its own affair; it says what is well-formed before it comes here.
"""

from typing import Any

from django.db import transaction

from people.models import Theme, User, WorkspaceState

OPENED = "opened"
MOST_OPENED = 12


def left(user: User, page: str, object_id: int = 0) -> dict[str, Any]:
    """How the person left a page; empty where nothing was kept."""
    rows = WorkspaceState.objects.filter(user=user, page=page, object_id=object_id)
    state = rows.values_list("state", flat=True).first()
    return state if isinstance(state, dict) else {}


def leave(user: User, page: str, state: dict[str, Any], object_id: int = 0) -> None:
    """Keep how the person left a page, in place of what was kept before."""
    WorkspaceState.objects.update_or_create(
        user=user, page=page, object_id=object_id, defaults={"state": state}
    )


def choose_theme(user: User, theme: Theme) -> None:
    """Keep how pages are to look for this person."""
    User.objects.filter(pk=user.pk).update(theme=theme)


def open_page(user: User, name: str, object_id: int) -> None:
    """Put a page first among those that the person opened last; `MOST_OPENED` are kept."""
    with transaction.atomic():
        rows = WorkspaceState.objects.select_for_update()
        row, _made = rows.get_or_create(user=user, page=OPENED, object_id=0)
        pages = [page for page in row.state.get("pages", []) if page != [name, object_id]]
        row.state = {"pages": [[name, object_id], *pages][:MOST_OPENED]}
        row.save(update_fields=["state"])


def opened_pages(user: User) -> list[tuple[str, int]]:
    """The pages that the person opened last, newest first: their names and objects."""
    return [(name, object_id) for name, object_id in left(user, OPENED).get("pages", [])]
