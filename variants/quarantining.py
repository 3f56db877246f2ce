"""Quarantine: withheld for good, by an admin or because the content gate no longer allows it.

Its bytes are served to admins alone, and above general to nobody.
"""

from characters.approving import ReasonNeeded
from characters.models import Character, ContentRating
from characters.withholding import withholds
from people.access import require
from people.models import User
from variants import retrying
from variants.deciding import check_revision, lock, one_step, write
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus, Verb


@withholds
def quarantine_above_general(actor: User, character: Character, reason: str) -> int:
    """Quarantine the character's variants rated above general, those in the trash included."""
    rows = ImageVariant.objects.filter(character=character).exclude(
        status_id=VariantStatus.QUARANTINED
    )
    rated = list(rows.exclude(content_rating=ContentRating.GENERAL).order_by("pk"))
    for variant in rated:
        _withhold(actor, variant, reason)
    return len(rated)


def quarantine(
    actor: User, variant: ImageVariant, reason: str, *, revision: int | None = None
) -> ImageVariant:
    """Withhold a variant, in the trash or not; a hero is one no more. There is no way back.

    Raises ReasonNeeded (400) without a reason. Withholding it again changes nothing.
    """
    require(actor, "variant.quarantine", variant)
    if not reason.strip():
        raise ReasonNeeded("Say in a few words why it is withheld.", field="reason")
    return _withhold(actor, variant, reason.strip(), revision)


def _withhold(
    actor: User, variant: ImageVariant, reason: str, revision: int | None = None
) -> ImageVariant:
    with one_step(actor, Verb.QUARANTINE) as step:
        variant = lock(variant, trashed=None)
        if variant.state is VariantStatus.QUARANTINED:
            return variant
        check_revision(variant, revision)
        if retrying.stop(actor, variant):
            variant = lock(variant, trashed=None)
        to = {"status": VariantStatus.QUARANTINED.label, "shortlisted": False, "recheck": False}
        ImageVariant.objects.filter(pk=variant.pk).update(error_code="quarantined", error=reason)
        write(step, variant, Verb.QUARANTINE, to, note=reason)
    return variant
