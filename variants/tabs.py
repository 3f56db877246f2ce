"""The filters of a gallery that are one press away: tabs with counts, and chips of what is on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from characters.models import Character
from studio.lib.addresses import Said
from studio.lib.pages import CappedCount, counted
from variants.filter_form import FilterForm
from variants.filtering import NAMES, STATUSES
from variants.models import ImageVariant
from variants.vocabulary import VariantType

# The gallery as it comes: an address that says nothing leads to where the person left it.
WHOLE = "?sort=newest"
# The filters that have a tab beside those of the types: parameter, value, and what it is called.
TABS = (
    ("status", "candidates", "Needs decision"),
    ("shortlisted", "yes", "Shortlist"),
    ("status", "approved", "Heroes"),
    ("recheck", "yes", "Re-check"),
    ("status", "working", "In the works"),
    ("status", "rejected", "Rejected"),
    ("status", "failed", "Failed"),
    ("status", "cancelled", "Cancelled"),
    ("status", "quarantined", "Withheld"),
)


@dataclass(frozen=True)
class Tab:
    """A filter with its count, and where it leads: to the filter, or out of it."""

    name: str
    value: str
    label: str
    count: str
    on: bool
    url: str


@dataclass(frozen=True)
class Chip:
    """A filter or an order that is on and has no tab, and where it is off."""

    label: str
    url: str


def types_of(character_id: int) -> list[Any]:
    """The variant types with their heroes' ids: rows of `pk`, `name` and `hero`."""
    heroes = ImageVariant.objects.present().filter(character__pk=character_id, is_hero=True)
    hero = heroes.filter(variant_type__name=OuterRef("name")).values("pk")[:1]
    rows = VariantType.objects.annotate(hero=Subquery(hero)).order_by("name")
    return list(rows.values_list("pk", "name", "hero", named=True))


def counting(characters: QuerySet[Character], types: Sequence[Any]) -> QuerySet[Character]:
    """Characters with a count for each tab and type, in the same query."""
    present = ImageVariant.objects.present().filter(character=OuterRef("pk"))
    counts = {
        f"count_{value}_{name}": sum(
            CappedCount(present, column, one) for column, one in _counted(name, value)
        )
        for name, value, _ in TABS
    }
    counts |= {
        f"count_of_{row.pk}": CappedCount(present, "variant_type__name", row.name) for row in types
    }
    return characters.annotate(**counts)


def _counted(name: str, value: str) -> list[tuple[str, Any]]:
    if name == "status":
        return [("status__id", state) for state in STATUSES[value]]
    return [(name, True)]


def type_tabs(said: Said, character: Character, types: Sequence[Any]) -> list[Tab]:
    """A tab for each type that the character (of `counting`) has variants of."""
    tabs = [
        _tab(said, "type", row.name, row.name, getattr(character, f"count_of_{row.pk}"))
        for row in types
    ]
    return [tab for tab in tabs if tab.count or tab.on]


def status_tabs(said: Said, character: Character) -> list[Tab]:
    """A tab for each of `TABS` that leads to something, or is on."""
    tabs = [
        _tab(said, name, value, label, getattr(character, f"count_{value}_{name}"))
        for name, value, label in TABS
    ]
    return [tab for tab in tabs if tab.count or tab.on]


def way(said: Said, name: str, value: str) -> str:
    """The query string with another value of `name`, none when empty; never an empty one."""
    query = said.with_one(name, value)
    return query if len(query) > 1 else WHOLE


def _tab(said: Said, name: str, value: str, label: str, count: int) -> Tab:
    on = said.GET.get(name) == value
    url = way(said, name, "" if on else value)
    return Tab(name, value, label, counted(count) if count else "", on, url)


def chips(said: Said, form: FilterForm) -> Iterator[Chip]:
    """What is on and has no tab that says so, in the order of the filters."""
    has_tab = {(name, value) for name, value, _ in TABS}
    for name in (*NAMES, "sort"):
        value = said.GET.get(name, "")
        if value and name != "type" and (name, value) not in {*has_tab, ("sort", "newest")}:
            yield Chip(form.words(name, value), way(said, name, ""))
