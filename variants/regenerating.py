"""Regenerating: a variant's recipe again, from its character's present source."""

from dataclasses import replace

from django.db import transaction

from audit.recording import record
from people.access import require
from people.models import User
from variants import ordering
from variants.deciding import check_revision, facts, lock, refuse_withheld
from variants.errors import NothingToDo
from variants.models import ImageVariant
from variants.ordering import Ordered
from variants.wishes import wish_again


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

    They are versions of nothing: the image they come from is the source. Raises NothingToDo for
    what was not generated here, and whatever asking for variants raises.
    """
    require(actor, "variant.generate", variant)
    with transaction.atomic():
        variant = lock(variant)
        check_revision(variant, revision)
        refuse_withheld(variant)
        edited = variant.parent_variant_id is not None or variant.edit_type
        if variant.request is None or edited:
            raise NothingToDo(
                "It was not generated from the source by a workflow, so there is no recipe to "
                "repeat.",
                **facts(variant),
            )
        wish = replace(wish_again(variant.request), count=count, seed=seed)
        ordered = ordering.order(actor, variant.character, wish, idempotency_key=idempotency_key)
        record(
            actor,
            "variant.regenerate",
            variant,
            after={"request": ordered.request.pk, "count": count},
        )
    return ordered
