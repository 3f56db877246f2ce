"""Culling: the line of images that the review page lays out, and what each is compared with.

Knows rows and addresses. Decides nothing: that is `reviewing`, and where the cursor goes is the
page's own affair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OrderBy, Q

from characters.models import Character, SourceImage
from people.views import Request
from qa.models import FaceEmbedding
from studio.lib.addresses import choice, whole, word
from studio.lib.pages import key_of, position_of
from variants.fragments import Card
from variants.models import NOT_ON_CARDS, ImageVariant, ImageVariantQuerySet
from variants.vocabulary import VariantStatus

GROUP = 200
ALSO = 400
_S = VariantStatus
_NEVER = (_S.FAILED, _S.CANCELLED, _S.QUARANTINED)
_OPEN = (_S.PENDING, _S.GENERATING, _S.GENERATED, _S.EDITING)
SHOW: dict[str, tuple[str, Q]] = {
    "open": ("Needs decision", Q(status_id__in=_OPEN)),
    "shortlist": ("Shortlist", Q(shortlisted=True) & ~Q(status_id__in=_NEVER)),
    "hero": ("Heroes", Q(is_hero=True)),
    "rejected": ("Rejected", Q(status_id=_S.REJECTED)),
    "all": ("All", ~Q(status_id__in=_NEVER)),
}
# What arrives meanwhile has the largest id, so that the order shown is also that of a reload.
SORTS: dict[str, tuple[str, tuple[OrderBy, ...]]] = {
    "made": ("Oldest first", (F("pk").asc(),)),
    "likeness": ("Most alike first", (F("likeness").desc(nulls_last=True), F("pk").asc())),
}


@dataclass(frozen=True)
class Asked:
    """What the address of the review page asks for; `at` is the image that has the cursor."""

    show: str
    sort: str
    type: str
    at: int | None
    also: tuple[int, ...]
    after: int | None


@dataclass(frozen=True)
class Picture:
    """An image with its size in px and its face, in the coordinates that the page draws in."""

    image: ImageVariant | SourceImage
    name: str

    @property
    def face(self) -> FaceEmbedding | None:
        return self.image.embedding

    @property
    def eyes(self) -> str:
        """The two eyes as `x,y,x,y` in px of the upright image; empty without a face."""
        points = self.face.landmarks[:2] if self.face else []
        return ",".join(f"{value:.1f}" for point in points for value in point)

    @property
    def box(self) -> str:
        """The face as `x0,y0,x1,y1` in px of the upright image; empty without one."""
        return ",".join(f"{value:.0f}" for value in self.face.box) if self.face else ""


@dataclass(frozen=True)
class Frame(Picture):
    """One image of the strip."""

    card: Card


def asked(request: Request) -> Asked:
    """What the query string says. Raises BadQuery for a filter or an order that there is not."""
    ids = [whole(text) for text in word(request, "also").split(",")[:ALSO]]
    position = position_of(request)
    return Asked(
        show=choice(request, "show", {name: name for name in SHOW}) or "open",
        sort=choice(request, "sort", {name: name for name in SORTS}) or "made",
        type=word(request, "type"),
        at=whole(word(request, "at")),
        also=tuple(pk for pk in ids if pk is not None),
        after=None if position is None else key_of(position),
    )


def line_of(character: Character, wish: Asked) -> tuple[Sequence[ImageVariant], bool]:
    """At most a group of variants in the order shown, and whether more follow.

    What is asked for `also`, and the one that has the cursor, are there whatever they are now: a
    decided one stays in its place until the group is left.
    """
    kept = (*wish.also, wish.at) if wish.at else wish.also
    rows = _with_faces(character.variants.present())
    if wish.type:
        rows = rows.filter(variant_type__name=wish.type)
    group = SHOW[wish.show][1]
    if wish.after is not None:
        group &= _behind(character, wish.sort, wish.after)
    size = GROUP + len(wish.also)
    rows = rows.filter(group | Q(pk__in=kept)).order_by(*SORTS[wish.sort][1])
    found = list(rows[: size + 1])
    return found[:size], len(found) > size


def _behind(character: Character, sort: str, pk: int) -> Q:
    """What comes after a variant in an order."""
    if sort == "made":
        return Q(pk__gt=pk)
    likeness = character.variants.filter(pk=pk).values_list("likeness", flat=True).first()
    if likeness is None:
        return Q(likeness__isnull=True, pk__gt=pk)
    less = Q(likeness__lt=likeness) | Q(likeness__isnull=True)
    return less | Q(likeness=likeness, pk__gt=pk)


def heroes_of(character: Character) -> Sequence[ImageVariant]:
    """The present heroes, one for each type."""
    return list(_with_faces(character.variants.present()).filter(is_hero=True))


def types_of(character: Character) -> list[str]:
    """The types of which there are variants."""
    rows = character.variants.present().order_by("variant_type__name")
    return list(rows.values_list("variant_type__name", flat=True).distinct())


def _with_faces(rows: ImageVariantQuerySet | Any) -> ImageVariantQuerySet:
    shown = ("embedding__landmarks", "embedding__box")
    left_out = [name for name in NOT_ON_CARDS if name not in shown]
    found: ImageVariantQuerySet = rows.for_cards().defer(None).defer(*left_out)
    return found
