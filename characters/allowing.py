"""The character's own switch for work rated above general: an admin's to turn, and recorded."""

from django.db import transaction

from audit.recording import record
from characters.attesting import refuse
from characters.gate import AGE_UNKNOWN, UNDER_AGE
from characters.models import Character
from characters.withholding import is_of_age
from people.access import require
from people.models import User


def allow_adult(actor: User, character: Character) -> None:
    """Allow ratings above general, as far as the gate does; refused below 18 years."""
    _set(actor, character, allowed=True)


def disallow_adult(actor: User, character: Character) -> None:
    """Only general-rated work from now on; what exists is no longer shown."""
    _set(actor, character, allowed=False)


def _set(actor: User, character: Character, *, allowed: bool) -> None:
    require(actor, "character.allow_adult", character)
    with transaction.atomic():
        fresh = Character.objects.select_for_update().get(pk=character.pk)
        if allowed and not is_of_age(fresh.age):
            refuse(AGE_UNKNOWN if fresh.age is None else UNDER_AGE)
        if fresh.adult_allowed is allowed:
            return
        Character.objects.filter(pk=fresh.pk).update(adult_allowed=allowed)
        record(
            actor,
            "character.allow_adult",
            fresh,
            before={"adult_allowed": not allowed},
            after={"adult_allowed": allowed},
        )
