"""The gallery of a character: filters from the address, one page of cards, the way to the next."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from characters.models import Character
from people.access import can
from people.models import User
from studio.lib.addresses import Asked, word
from studio.lib.pages import page_of
from variants.fragments import Card, card_of
from variants.models import ImageVariant
from variants.ordering import refusal
from variants.vocabulary import VariantStatus

STATUS_FILTERS = {
    "candidates": ("Needs decision", (VariantStatus.GENERATED, VariantStatus.EDITING)),
    "hero": ("Heroes", (VariantStatus.APPROVED,)),
    "working": ("In the works", (VariantStatus.PENDING, VariantStatus.GENERATING)),
    "rejected": ("Rejected", (VariantStatus.REJECTED,)),
    "failed": ("Failed", (VariantStatus.FAILED, VariantStatus.CANCELLED)),
}


@dataclass(frozen=True)
class Tab:
    """A filter of the gallery and where it leads."""

    name: str
    label: str
    count: int
    on: bool
    url: str


@dataclass(frozen=True)
class Gallery:
    """One page of a character's variants."""

    character: Character
    cards: list[Card]
    types: list[Tab]
    statuses: list[Tab]
    heroes: dict[str, int]
    next_url: str
    total: int
    is_filtered: bool
    may_generate: bool
    may_review: bool
    generate_refusal: str
    is_first_page: bool


def gallery_of(user: User, character: Character, request: Asked) -> Gallery:
    """The gallery as the address asks for it; the number of queries does not grow with it."""
    everything = character.variants.present()
    chosen_type = word(request, "type")
    chosen_status = word(request, "status")
    rows = everything.for_cards()
    if chosen_type:
        rows = rows.filter(variant_type__name=chosen_type)
    if chosen_status in STATUS_FILTERS:
        rows = rows.filter(status_id__in=STATUS_FILTERS[chosen_status][1])
    found, following = page_of(request, rows)
    may_review = bool(can(user, "variant.review", character))
    may_generate = bool(can(user, "variant.generate", character))
    heroes = everything.filter(is_hero=True).values_list("variant_type__name", "pk")
    counts = everything.aggregate(
        all=Count("pk"),
        **{name: Count("pk", filter=Q(status_id__in=s)) for name, (_, s) in STATUS_FILTERS.items()},
    )
    reason = refusal(user, character)
    return Gallery(
        character=character,
        cards=[card_of(row, may_review=may_review, may_make=may_generate) for row in found],
        types=_types(everything, request.GET, chosen_type),
        statuses=[
            Tab(
                name,
                label,
                counts[name],
                name == chosen_status,
                _with(request.GET, "status", "" if name == chosen_status else name),
            )
            for name, (label, _) in STATUS_FILTERS.items()
        ],
        heroes=dict(heroes),
        next_url=following or "",
        total=counts["all"],
        is_filtered=bool(chosen_type or chosen_status in STATUS_FILTERS),
        may_generate=may_generate,
        may_review=may_review,
        generate_refusal=reason.sentence if reason else "",
        is_first_page=not request.GET.get("before"),
    )


def _types(rows: QuerySet[ImageVariant], query: QueryDict, chosen: str) -> list[Tab]:
    counted = rows.order_by().values_list("variant_type__name").annotate(count=Count("pk"))
    return [
        Tab(
            name=name,
            label=name,
            count=count,
            on=name == chosen,
            url=_with(query, "type", "" if name == chosen else name),
        )
        for name, count in counted.order_by("variant_type__name")
    ]


def _with(query: QueryDict, name: str, value: str) -> str:
    """The address with one filter changed, from the first page."""
    changed = query.copy()
    changed.pop("before", None)
    changed[name] = value
    if not value:
        del changed[name]
    return f"?{changed.urlencode()}"
