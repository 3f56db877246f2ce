"""Bookmarking a gallery: where a person left it, and the views that they gave a name.

Knows query strings and ids; what a filter finds is `filtering`'s affair.
"""

from copy import copy
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from characters.models import Character
from people import workspace
from people.models import User
from people.views import Request
from studio.lib.addresses import LARGEST, whole
from studio.lib.errors import BadQuery
from variants.batching import MAX_IDS
from variants.errors import BadValue
from variants.filtering import NAMES, narrowed, order_of
from variants.models import ImageVariant, SavedView

GALLERY = "gallery"
SAID = (*NAMES, "sort", "tile")
MAX_VIEWS = 50


class PlaceForm(forms.Form):
    """The query string, the first variant in view unless it is the very first, what is ticked."""

    query = forms.CharField(required=False, max_length=4000)
    at = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    picked = forms.CharField(required=False, max_length=MAX_IDS * 20)


def place_of(user: User, character_id: int) -> dict[str, Any]:
    """How the person left the gallery: `query`, `at` and `picked`; perhaps empty."""
    return workspace.left(user, GALLERY, character_id)


def keep_place(user: User, character: Character, said: QueryDict) -> None:
    """Store where a person is in a gallery, from a form of `PlaceForm`. Raises BadValue."""
    form = PlaceForm(said)
    if not form.is_valid():
        raise BadValue(f"This is no place in a gallery: {form.errors.as_text()}")
    ids = [whole(text) for text in form.cleaned_data["picked"].split(",")[:MAX_IDS]]
    place = {
        "query": kept(form.cleaned_data["query"]),
        "at": form.cleaned_data["at"],
        "picked": [pk for pk in ids if pk is not None],
    }
    workspace.leave(user, GALLERY, place, character.pk)


def kept(query: str) -> str:
    """What is kept of a query string: filters, order, size of tiles."""
    said = QueryDict(query.removeprefix("?"), mutable=True)
    for name, value in list(said.items()):
        if name not in SAID or not str(value).strip() or "\0" in str(value):
            del said[name]
    return said.urlencode()


def is_known(request: Request, query: str, types: list[str]) -> bool:
    """Whether a gallery can still be asked for that; a type, say, may have gone."""
    asked = copy(request)
    asked.GET = QueryDict(query)
    try:
        narrowed(asked, ImageVariant.objects.none(), types)
        order_of(asked)
    except BadQuery:
        return False
    return True


def views_of(user: User) -> QuerySet[SavedView]:
    """The person's views by name; nobody else has a way to them."""
    return SavedView.objects.filter(user=user)


def save_view(user: User, name: str, query: str) -> SavedView:
    """Give a query string a name, in place of what had it. Raises BadValue."""
    name = _name(name)
    with transaction.atomic():
        view, made = SavedView.objects.update_or_create(
            user=user, name=name, defaults={"query": kept(query)}
        )
        if made and views_of(user).count() > MAX_VIEWS:
            raise BadValue(f"There are {MAX_VIEWS} views already. Delete one first.", field="name")
    return view


def rename_view(view: SavedView, name: str) -> None:
    """Raises BadValue, also for the name of another view of the person."""
    name = _name(name)
    with transaction.atomic():
        if views_of(view.user).filter(name=name).exclude(pk=view.pk).exists():
            raise BadValue(f"There is a view called {name} already.", field="name")
        view.name = name
        view.save(update_fields=["name"])


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise BadValue("A view has a name of at most 60 characters.", field="name")
    return name
