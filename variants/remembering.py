"""Remembering how the review page was left, and how a person likes it; nothing is judged by it."""

import re
from typing import Any

from django import forms
from django.http import QueryDict

from characters.models import Character
from people.models import User
from variants.errors import BadValue
from variants.places import ReviewHabit, ReviewPlace

KEPT = ("show", "sort", "type", "at", "cursor")
MAX_KEYS = 60
_ACTION = re.compile(r"[a-zA-Z]{1,30}", re.ASCII)
_CHORD = re.compile(r"\S{1,30}|( |(Ctrl\+|Shift\+){1,2} )")


def _of(*words: str) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class RoomForm(forms.Form):
    """What the page is set to. Zoom 1 fits; x and y are in CSS px at that zoom."""

    layout = forms.ChoiceField(choices=_of("grid", "one", "compare", "survey"))
    mode = forms.ChoiceField(choices=_of("side", "wipe", "overlay", "difference", "blink"))
    against = forms.RegexField(r"^(source|hero|[0-9]{1,18})$")
    swapped = forms.BooleanField(required=False)
    zoom = forms.FloatField(min_value=1, max_value=64)
    x = forms.FloatField(min_value=-1e6, max_value=1e6)
    y = forms.FloatField(min_value=-1e6, max_value=1e6)
    face = forms.BooleanField(required=False)
    opacity = forms.IntegerField(min_value=0, max_value=100)
    split = forms.IntegerField(min_value=0, max_value=100)


def place_of(user: User, character: Character) -> ReviewPlace | None:
    """Where the person left the review of a character."""
    return ReviewPlace.objects.filter(user=user, character=character).first()


def habit_of(user: User) -> ReviewHabit:
    """How the person reviews; as it comes, unsaved, where nothing was changed."""
    return ReviewHabit.objects.filter(user=user).first() or ReviewHabit(user=user)


def keep_place(user: User, character: Character, said: QueryDict) -> None:
    """Store where a person is, from a form of `RoomForm` and `query`. Raises BadValue."""
    form = RoomForm(said)
    query = QueryDict(said.get("query", "").removeprefix("?")[:2000], mutable=True)
    for name in set(query) - set(KEPT):
        del query[name]
    if not form.is_valid() or any("\0" in value for value in query.values()):
        raise BadValue(f"This is no setting of the review page: {form.errors.as_text()}")
    ReviewPlace.objects.update_or_create(
        user=user,
        character=character,
        defaults={"query": query.urlencode(), "room": form.cleaned_data},
    )


def keep_habit(user: User, auto_advance: bool, keys: Any) -> None:
    """Store auto-advance and the keys of actions, `{"reject": ["q"]}`. Raises BadValue."""
    if not isinstance(keys, dict) or len(keys) > MAX_KEYS or not all(map(_is_keys, keys.items())):
        raise BadValue("Keys are named by action, each with a list of at most three.", field="keys")
    ReviewHabit.objects.update_or_create(
        user=user, defaults={"auto_advance": auto_advance, "keys": keys}
    )


def _is_keys(pair: tuple[Any, Any]) -> bool:
    action, chords = pair
    listed = isinstance(chords, list) and len(chords) <= 3
    return bool(
        listed
        and _ACTION.fullmatch(action)
        and all(isinstance(chord, str) and _is_chord(chord) for chord in chords)
    )


def _is_chord(text: str) -> bool:
    # A NUL and half a surrogate pair are no key, and PostgreSQL takes neither.
    return text.isprintable() and bool(_CHORD.fullmatch(text))
