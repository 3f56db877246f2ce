"""How like a variant is to its character's heroes, by vectors that one face model has read."""

from dataclasses import dataclass

from qa.similarity import band, likeness
from variants.models import ImageVariant


@dataclass(frozen=True)
class HeroLikeness:
    """A hero of the character, and how like the variant is to it, 0..1."""

    hero: ImageVariant
    likeness: float
    band: str


def likeness_to_heroes(variant: ImageVariant) -> list[HeroLikeness]:
    """The heroes whose face the same model has read, most alike first; none without a face.

    Two queries at most, computed when asked: heroes change, and their number is that of the types.
    """
    own = variant.embedding
    if own is None:
        return []
    heroes = ImageVariant.objects.present().filter(
        character__pk=variant.character_id, is_hero=True, embedding__model__pk=own.model_id
    )
    found = []
    for hero in heroes.exclude(pk=variant.pk).select_related("embedding"):
        if hero.embedding is not None:
            value = likeness(own.model.metric, own.values, hero.embedding.values)
            found.append(HeroLikeness(hero, value, band(value, own.model.thresholds)))
    return sorted(found, key=lambda one: -one.likeness)
