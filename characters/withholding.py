"""Withholding what may no longer be shown or used: sources here, and what those above registered.

Characters know nothing of variants; whoever keeps rated images of a character says so here.
"""

from collections.abc import Callable

from django.db.models.functions import Now

from audit.recording import record
from characters.models import OF_AGE, Character, ContentRating
from people.models import User

Withhold = Callable[[User, Character, str], int]
_others: list[Withhold] = []


def withholds(step: Withhold) -> Withhold:
    """Register a step that quarantines its images rated above general; it answers how many.

    It runs in the transaction that closes the character to them, and records each one.
    """
    _others.append(step)
    return step


def is_of_age(age: int | None) -> bool:
    """Whether a recorded age lets anything above general exist."""
    return age is not None and age >= OF_AGE


def withhold_above_general(actor: User, character: Character, reason: str) -> int:
    """Quarantine everything of the character rated above general (in the caller's transaction)."""
    count = 0
    rows = character.sources.filter(quarantined_at__isnull=True)
    for source in rows.exclude(content_rating=ContentRating.GENERAL):
        rows.filter(pk=source.pk).update(quarantined_at=Now())
        record(actor, "source.quarantine", source, reason=reason)
        count += 1
    return count + sum(step(actor, character, reason) for step in _others)
