"""The versions of one variant: who made which when, and what became of each. Reads only."""

from dataclasses import dataclass

from django.db.models import Q

from people.models import User
from variants.fragments import Card, card_of
from variants.models import ImageVariant, ImageVariantQuerySet
from variants.viewing import VariantViewing


@dataclass(frozen=True)
class Version:
    """One version of a family, for page and API."""

    variant: ImageVariant
    card: Card

    @property
    def who(self) -> User | None:
        return self.variant.created_by


def versions(variant: ImageVariant, viewing: VariantViewing) -> list[Version]:
    """The whole chain that the variant belongs to, newest version first; without the trash.

    A version that the person may not look at is in it, without its image.
    """
    return [Version(row, card_of(row, viewing=viewing)) for row in chain(variant)]


def chain(variant: ImageVariant) -> ImageVariantQuerySet:
    """The rows of that chain; a later version has the larger id too."""
    first = variant.root_id or variant.pk
    rows = ImageVariant.objects.present().for_cards().select_related("created_by")
    family = rows.filter(Q(pk=first) | Q(root=first), character_id=variant.character_id)
    return family.order_by("-version")


def pair(variant: ImageVariant, family: list[Version]) -> tuple[int, int | None]:
    """Which two are compared unless a person says so: the variant and the one that it came from,
    or its nearest neighbour; ids, the second None where there is no other."""
    others = [item.variant.pk for item in family if item.variant.pk != variant.pk]
    parent = variant.parent_variant_id
    return variant.pk, parent if parent in others else (others[0] if others else None)
