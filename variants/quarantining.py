"""Quarantining what the content gate no longer allows: withheld from everybody, and recorded."""

from contextlib import suppress

from django.db.models import F

from audit.recording import record
from characters.models import Character, ContentRating
from characters.withholding import withholds
from jobs import asking
from jobs.errors import NotCancellable
from people.models import User
from studio.lib.states import move
from variants import publishing
from variants.models import ImageVariant
from variants.vocabulary import MOVES, VariantStatus


@withholds
def quarantine_above_general(actor: User, character: Character, reason: str) -> int:
    """Quarantine the character's variants rated above general, those in the trash included."""
    rows = ImageVariant.objects.filter(character=character).exclude(
        status_id=VariantStatus.QUARANTINED
    )
    count = 0
    for variant in rows.exclude(content_rating=ContentRating.GENERAL).select_related("job"):
        quarantine(actor, variant, reason)
        count += 1
    return count


def quarantine(actor: User, variant: ImageVariant, reason: str) -> None:
    """Withhold one variant and stop its work (in the caller's transaction)."""
    before = variant.state
    move(
        ImageVariant.objects.filter(pk=variant.pk),
        MOVES,
        field="status",
        seen=before,
        to=VariantStatus.QUARANTINED,
        is_hero=False,
        revision=F("revision") + 1,
        error_code="quarantined",
        error=reason,
    )
    if variant.job and variant.job.is_open:
        # It may have ended this moment; what it brings is refused where it is collected.
        with suppress(NotCancellable):
            asking.cancel(actor, variant.job)
    record(
        actor,
        "variant.quarantine",
        variant,
        before={"status": before.label, "is_hero": variant.is_hero},
        after={"status": VariantStatus.QUARANTINED.label},
        reason=reason,
    )
    publishing.variant_changed(variant)
