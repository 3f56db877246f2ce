"""The gallery of a character: filters from the address, one page of cards, the way to the next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Value
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString

from characters.models import Character, ContentRating
from people.access import role_allows
from people.views import Request
from studio.lib.addresses import Said, whole
from studio.lib.pages import page_of
from variants.cards import SIGNATURE, cards_of
from variants.filter_form import FilterForm
from variants.filtering import NAMES, narrowed, order_of
from variants.models import ImageVariant, VariantTag
from variants.ordering import refusal
from variants.tabs import Chip, Tab, chips, status_tabs, type_tabs
from variants.viewing import viewing_of

# A gallery that is fetched anew brings back as many cards as it showed, up to so many.
MOST = 600
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
    only_type: str
    heroes: dict[str, int]
    next_url: str
    first_url: str
    takes_arrivals: bool
    may_generate: bool
    may_review: bool
    may_export: bool
    generate_refusal: str


@dataclass(frozen=True)
class Suggestions:
    """What people may want to filter by: the models that drew a character's variants, and tags."""

    models: list[str]
    tags: list[str]


def gallery_of(request: Request, said: Said, character: Character, types: Sequence[Any]) -> Gallery:
    """The gallery as the address asks for it, of a character from `counting(visible_to(…), types)`.

    With that and `types_of` three queries, however long the gallery is. `shown` in the address
    says how many cards stand there already. Raises BadQuery for a filter that there is not.
    """
    user = request.user
    least = min(whole(said.take("shown")) or 0, MOST)
    rows = narrowed(said, character.variants.present(), [row.name for row in types])
    found, following = page_of(
        said, rows.with_out(), order=order_of(said), least=least, columns=SIGNATURE
    )
    may_review = bool(role_allows(user, "variant.review", character))
    may_generate = bool(role_allows(user, "variant.generate", character))
    reason = refusal(user, character)
    form = FilterForm(said)
    filters = [name for name in NAMES if name in said.GET]
    return Gallery(
        character=character,
        cards=cards_of(
            found,
            viewing_of(request),
            may_review=may_review,
            may_make=may_generate,
            csrf_token=get_token(request),
        ),
        types=type_tabs(said, character, types),
        statuses=status_tabs(said, character),
        form=form,
        chips=list(chips(said, form)),
        is_filtered=bool(filters),
        only_type=said.GET.get("type", ""),
        heroes={row.name: row.hero for row in types if row.hero},
        next_url=following or "",
        first_url=said.with_one("cursor", "") if "cursor" in said.GET else "",
        takes_arrivals=_takes_arrivals(said, filters),
        may_generate=may_generate,
        may_review=may_review,
        may_export=bool(role_allows(user, "variant.export", character)),
        generate_refusal=reason.sentence if reason else "",
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


def _takes_arrivals(said: Said, filters: Collection[str]) -> bool:
    """Whether what is asked for elsewhere belongs at the top: it has a type, and is waiting."""
    if "cursor" in said.GET or said.GET.get("sort", "newest") != "newest":
        return False
    return set(filters) <= {"type", "status"} and said.GET.get("status", "working") == "working"
