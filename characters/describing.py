"""Creating, editing and archiving characters."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from audit.recording import record
from characters.closing import facts, refuse_archived_project
from characters.errors import AppearanceLocked
from characters.models import Character
from characters.withholding import is_of_age, withhold_above_general
from people.access import require
from people.models import Project, User

LOCKED_FIELDS = ("appearance", "base_appearance_description")


def create_character(actor: User, project: Project, **fields: Any) -> Character:
    """A new character without an image. Raises Archived while the project is put away."""
    require(actor, "character.create", project)
    refuse_archived_project(project)
    with transaction.atomic():
        character = Character.objects.create(project=project, created_by=actor, **fields)
        record(actor, "character.create", character, after={"name": character.name})
    return character


def edit_character(actor: User, character: Character, **fields: Any) -> Character:
    """Change descriptive fields; the appearance is read-only while the baseline is approved.

    An age below 18, or none any more, quarantines what is rated above general.
    """
    require(actor, "character.edit", character)
    with transaction.atomic():
        fresh = Character.objects.select_for_update().get(pk=character.pk)
        changed = {key: value for key, value in fields.items() if getattr(fresh, key) != value}
        if fresh.is_locked and any(key in LOCKED_FIELDS for key in changed):
            raise AppearanceLocked(
                "The appearance is locked by the approved baseline. Unlock the baseline first.",
                **facts(fresh),
            )
        if "age" in changed and not is_of_age(changed["age"]):
            if fresh.adult_allowed:
                changed["adult_allowed"] = False
            unknown = changed["age"] is None
            reason = "No age is recorded." if unknown else "The recorded age is below 18."
            withhold_above_general(actor, fresh, reason)
        before = {key: getattr(fresh, key) for key in changed}
        for key, value in changed.items():
            setattr(fresh, key, value)
        if changed:
            fresh.save(update_fields=list(changed))
            record(actor, "character.edit", fresh, before=before, after=changed)
    return fresh


def archive_character(actor: User, character: Character) -> Character:
    """Put a character away; nothing of it is deleted, and twice changes nothing."""
    return _set_archived(actor, character, "character.archive", Now(), away=False)


def unarchive_character(actor: User, character: Character) -> Character:
    """Take a character out again."""
    return _set_archived(actor, character, "character.unarchive", None, away=True)


def _set_archived(
    actor: User, character: Character, verb: str, at: Now | None, *, away: bool
) -> Character:
    require(actor, "character.archive", character)
    with transaction.atomic():
        rows = Character.objects.filter(pk=character.pk, archived_at__isnull=not away)
        if rows.update(archived_at=at):
            record(actor, verb, character)
    character.refresh_from_db()
    return character
