"""The gallery of a character: filters from the address, one page of cards, the way to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString

from characters.models import Character
from people.access import role_allows
from people.views import Request
from studio.lib.addresses import word
from studio.lib.pages import CappedCount, counted, page_of
from variants.cards import SIGNATURE, cards_of
from variants.errors import BadValue
from variants.models import ImageVariant
from variants.ordering import refusal
from variants.viewing import viewing_of
from variants.vocabulary import VariantStatus, VariantType

_S = VariantStatus
STATUS_FILTERS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "candidates": ("Needs decision", "status__id", (_S.GENERATED, _S.EDITING)),
    "shortlist": ("Shortlist", "shortlisted", (True,)),
    "hero": ("Heroes", "status__id", (_S.APPROVED,)),
    "recheck": ("Re-check", "recheck", (True,)),
    "working": ("In the works", "status__id", (_S.PENDING, _S.GENERATING)),
    "rejected": ("Rejected", "status__id", (_S.REJECTED,)),
    "failed": ("Failed", "status__id", (_S.FAILED, _S.CANCELLED)),
    "withheld": ("Withheld", "status__id", (_S.QUARANTINED,)),
}


@dataclass(frozen=True)
class Tab:
    """A filter of the gallery and where it leads."""

    name: str
    label: str
    count: str
    on: bool
    url: str


@dataclass(frozen=True)
class Gallery:
    """One page of a character's variants; `cards` is their HTML."""

    character: Character
    cards: list[SafeString]
    types: list[Tab]
    statuses: list[Tab]
    heroes: dict[str, int]
    next_url: str
    is_filtered: bool
    may_generate: bool
    may_review: bool
    generate_refusal: str
    is_first_page: bool


def types_of(character_id: int) -> list[Any]:
    """The variant types with their heroes' ids: rows of `pk`, `name` and `hero`."""
    heroes = ImageVariant.objects.present().filter(character__pk=character_id, is_hero=True)
    hero = heroes.filter(variant_type__name=OuterRef("name")).values("pk")[:1]
    rows = VariantType.objects.annotate(hero=Subquery(hero)).order_by("name")
    return list(rows.values_list("pk", "name", "hero", named=True))


def counting(characters: QuerySet[Character], types: Sequence[Any]) -> QuerySet[Character]:
    """Characters with a count for each status filter and type, in the same query."""
    present = ImageVariant.objects.present().filter(character=OuterRef("pk"))
    counts = {
        f"count_{name}": sum(CappedCount(present, column, value) for value in values)
        for name, (_, column, values) in STATUS_FILTERS.items()
    }
    counts |= {
        f"count_of_{row.pk}": CappedCount(present, "variant_type__name", row.name) for row in types
    }
    return characters.annotate(**counts)


def gallery_of(request: Request, character: Character, types: Sequence[Any]) -> Gallery:
    """The gallery as the address asks for it, of a character from `counting(visible_to(…), types)`.

    With that and `types_of` three queries, however long the gallery is. Raises BadValue for a
    status filter that there is not.
    """
    user = request.user
    chosen_type = word(request, "type")
    chosen_status = word(request, "status")
    rows = character.variants.present()
    if chosen_type:
        rows = rows.filter(variant_type__name=chosen_type)
    if chosen_status and chosen_status not in STATUS_FILTERS:
        known = ", ".join(STATUS_FILTERS)
        raise BadValue(f"There is no filter {chosen_status[:60]!r}. Choose of {known}.")
    if chosen_status:
        _, column, values = STATUS_FILTERS[chosen_status]
        rows = rows.filter(**{f"{column}__in": values})
    found, following = page_of(request, rows.with_out().values_list(*SIGNATURE, named=True))
    may_review = bool(role_allows(user, "variant.review", character))
    may_generate = bool(role_allows(user, "variant.generate", character))
    reason = refusal(user, character)
    return Gallery(
        character=character,
        cards=cards_of(
            found,
            viewing_of(request),
            may_review=may_review,
            may_make=may_generate,
            csrf_token=get_token(request),
        ),
        types=[
            _tab("type", row.name, row.name, count, chosen_type, request.GET)
            for row in types
            if (count := getattr(character, f"count_of_{row.pk}"))
        ],
        statuses=[
            _tab(
                "status",
                name,
                label,
                getattr(character, f"count_{name}"),
                chosen_status,
                request.GET,
            )
            for name, (label, *_) in STATUS_FILTERS.items()
        ],
        heroes={row.name: row.hero for row in types if row.hero},
        next_url=following or "",
        is_filtered=bool(chosen_type or chosen_status),
        may_generate=may_generate,
        may_review=may_review,
        generate_refusal=reason.sentence if reason else "",
        is_first_page=not request.GET.get("cursor"),
    )


def _tab(kind: str, name: str, label: str, count: int, chosen: str, query: QueryDict) -> Tab:
    on = name == chosen
    return Tab(
        name, label, counted(count) if count else "", on, _with(query, kind, "" if on else name)
    )


def _with(query: QueryDict, name: str, value: str) -> str:
    """The address with one filter changed, from the first page."""
    changed = query.copy()
    changed.pop("cursor", None)
    changed[name] = value
    if not value:
        del changed[name]
    return f"?{changed.urlencode()}"
