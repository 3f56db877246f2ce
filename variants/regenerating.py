"""Regenerating: a variant's recipe again, from the present source or as the same inpainting."""

from dataclasses import replace

from django.db import transaction

from audit.recording import record
from people.access import require
from people.models import User
from variants import inpainting, ordering
from variants.deciding import check_revision, facts, lock, refuse_withheld
from variants.errors import NothingToDo
from variants.models import ImageVariant
from variants.ordering import Ordered
from variants.vocabulary import EditType, Provenance
from variants.wishes import wish_again

# Why there is no recipe to repeat, by where the picture comes from.
_NO_RECIPE = {
    Provenance.MANUALLY_EDITED: (
        "It was edited outside the studio and imported again, so there is no recipe to repeat. "
        "Regenerate the version that it was made from."
    ),
    Provenance.MANUAL_UPLOAD: (
        "It was made elsewhere and uploaded, so there is no recipe to repeat. Generate a candidate "
        "instead."
    ),
    Provenance.GENERATED: "The request that it was made by is gone, and its recipe with it.",
}


def regenerate(
    actor: User,
    variant: ImageVariant,
    *,
    seed: int | None = None,
    count: int = 1,
    revision: int | None = None,
    idempotency_key: str = "",
) -> Ordered:
    """Ask for `count` more by the variant's recipe: with new seeds, or counted up from `seed`.

    What was inpainted is inpainted again: the same mask on the same image. All else comes from the
    source, and is a version of nothing. Raises NothingToDo for what was not generated here, and
    whatever asking for variants or inpainting raises.
    """
    require(actor, "variant.generate", variant)
    with transaction.atomic():
        variant = lock(variant)
        check_revision(variant, revision)
        refuse_withheld(variant)
        if variant.request is None:
            raise NothingToDo(_NO_RECIPE[Provenance(variant.provenance)], **facts(variant))
        if variant.edit_type == EditType.INPAINT:
            ordered = inpainting.again(
                actor, variant, seed=seed, count=count, idempotency_key=idempotency_key
            )
        else:
            wish = replace(wish_again(variant.request), count=count, seed=seed)
            ordered = ordering.order(
                actor, variant.character, wish, idempotency_key=idempotency_key
            )
        if not ordered.repeated:
            after = {"request": ordered.request.pk, "count": count}
            record(actor, "variant.regenerate", variant, after=after)
    return ordered
