"""The gallery of a character: filters from the address, one page of cards, the way to the next.

A page with a script asks for the whole list of ids instead, and for the cards that come into view.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Value
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString

from characters.models import Character, ContentRating
from people.access import role_allows
from people.views import Request
from studio.lib.addresses import Said, choice
from studio.lib.pages import page_of
from variants.cards import cards_of
from variants.filter_form import FilterForm
from variants.filtering import NAMES, narrowed, order_of
from variants.keeping import SIGNATURE
from variants.models import ImageVariant, VariantTag
from variants.ordering import refusal
from variants.tabs import WHOLE, Chip, Tab, chips, status_tabs, type_tabs, way
from variants.viewing import viewing_of

# How large the tiles are; of medium size where nothing is said.
TILES = {name: name for name in ("small", "large")}
# So many ids a list holds at most; what comes after has a list of its own, from a cursor.
LISTED = 20_000
# The words to choose from are those of so many newest variants: every one would be a long way.
RECENT = 1000


@dataclass(frozen=True)
class Gallery:
    """One page of a character's variants; `cards` is their HTML."""

    character: Character
    cards: list[SafeString]
    types: list[Tab]
    statuses: list[Tab]
    form: FilterForm
    chips: list[Chip]
    is_filtered: bool
    query: str
    tile: str
    whole_url: str
    heroes: dict[str, int]
    next_url: str
    first_url: str
    may_generate: bool
    may_review: bool
    may_export: bool
    generate_refusal: str


class Listed(TypedDict):
    """The whole list: three columns of one length, of which `types` counts in `names`.

    `next` is the query string of what did not fit.
    """

    ids: list[int]
    revisions: list[int]
    types: list[int]
    names: list[str]
    next: str


@dataclass(frozen=True)
class Suggestions:
    """What people may want to filter by: the models that drew a character's variants, and tags."""

    models: list[str]
    tags: list[str]


def gallery_of(request: Request, said: Said, character: Character, types: Sequence[Any]) -> Gallery:
    """The gallery as the address asks for it, of a character from `counting(visible_to(…), types)`.

    With that and `types_of` three queries, however long the gallery is. Raises BadQuery for a
    filter that there is not.
    """
    user = request.user
    rows = narrowed(said, character.variants.present(), [row.name for row in types])
    found, following = page_of(said, rows.with_out(), order=order_of(said), columns=SIGNATURE)
    tile = choice(said, "tile", TILES) or ""
    reason = refusal(user, character)
    form = FilterForm(said)
    filters = [name for name in NAMES if name in said.GET]
    return Gallery(
        character=character,
        cards=_cards(request, character, found),
        types=type_tabs(said, character, types),
        statuses=status_tabs(said, character),
        form=form,
        chips=list(chips(said, form)),
        is_filtered=bool(filters),
        query=said.query,
        tile=tile,
        whole_url=f"?tile={tile}" if tile else WHOLE,
        heroes={row.name: row.hero for row in types if row.hero},
        next_url=following or "",
        first_url=way(said, "cursor", "") if "cursor" in said.GET else "",
        may_generate=bool(role_allows(user, "variant.generate", character)),
        may_review=bool(role_allows(user, "variant.review", character)),
        may_export=bool(role_allows(user, "variant.export", character)),
        generate_refusal=reason.sentence if reason else "",
    )


def list_of(said: Said, character: Character) -> Listed:
    """The ids that the address asks for, in its order, at most `LISTED`. Raises BadQuery."""
    said.take("limit")
    rows = narrowed(said, character.variants.present())
    found: list[Any]
    found, following = page_of(
        said, rows, LISTED, order=order_of(said), columns=("pk", "revision", "variant_type_id")
    )
    names = sorted({row.variant_type_id for row in found})
    number = {name: at for at, name in enumerate(names)}
    return Listed(
        ids=[row.pk for row in found],
        revisions=[row.revision for row in found],
        types=[number[row.variant_type_id] for row in found],
        names=names,
        next=following or "",
    )


def cards_by_id(request: Request, character: Character, ids: Sequence[int]) -> list[SafeString]:
    """Those cards of a character that there are, in the order of the ids."""
    rows = character.variants.present().filter(pk__in=ids)
    found = {row.pk: row for row in rows.with_out().values_list(*SIGNATURE, named=True)}
    return _cards(request, character, [found[pk] for pk in ids if pk in found])


def _cards(request: Request, character: Character, signatures: Sequence[Any]) -> list[SafeString]:
    return cards_of(
        signatures,
        viewing_of(request),
        may_review=bool(role_allows(request.user, "variant.review", character)),
        may_make=bool(role_allows(request.user, "variant.generate", character)),
        csrf_token=get_token(request),
    )


def suggestions_of(character: Character) -> Suggestions:
    """The words of the newest `RECENT` variants that everybody may look at, in one query."""
    newest = character.variants.present().filter(content_rating_id=ContentRating.GENERAL)
    recent = ImageVariant.objects.filter(pk__in=newest.order_by("-pk").values("pk")[:RECENT])
    models = recent.exclude(model="").order_by().values_list(Value("model"), "model")
    tags = VariantTag.objects.filter(variant__in=recent).order_by()
    said = sorted(models.union(tags.values_list(Value("tag"), "name")))
    return Suggestions(
        models=[word for kind, word in said if kind == "model"],
        tags=[word for kind, word in said if kind == "tag"],
    )
