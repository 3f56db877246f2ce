"""Moving a variant along with its work; decisions by people move it in `reviewing`."""

from typing import Any

from django.db.models import F

from studio.lib.states import move
from variants.errors import VariantGone
from variants.models import ImageVariant
from variants.vocabulary import MOVES, VariantStatus


def set_status(
    variant: ImageVariant, to: VariantStatus, *, even_trashed: bool = False, **changes: Any
) -> None:
    """Move to `to` unless it is there already; VariantGone when it was withdrawn meanwhile.

    `even_trashed` is for work that ends: what comes out of the trash says how it ended.
    """
    fresh = ImageVariant.objects.filter(pk=variant.pk).first()
    if (
        fresh is None
        or (fresh.is_trashed and not even_trashed)
        or fresh.state is VariantStatus.QUARANTINED
    ):
        raise VariantGone("This variant was deleted or withheld meanwhile.")
    if fresh.state is to:
        ImageVariant.objects.filter(pk=variant.pk).update(**changes) if changes else None
    else:
        move(
            ImageVariant.objects.filter(pk=variant.pk),
            MOVES,
            field="status",
            seen=fresh.state,
            to=to,
            revision=F("revision") + 1,
            **changes,
        )
    variant.status_id = to
