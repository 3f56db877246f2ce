"""What closes a character to changes: it, or its project, is put away; or its baseline is approved.

Knows rows and no person: what a person may do at all is `people.access`'s.
"""

from typing import Any

from characters.errors import AppearanceLocked, Archived
from characters.models import Character
from people.models import Project


def archived(character: Character) -> Archived | None:
    """The refusal while the character or its project is put away, None otherwise."""
    if character.archived_at:
        return Archived(f"{character.name} is archived. Take it out of the archive first.")
    return _away(character.project)


def refuse_archived(character: Character) -> None:
    """Raise Archived (409) while the character or its project is put away."""
    if refusal := archived(character):
        raise refusal


def refuse_archived_project(project: Project) -> None:
    """Raise Archived (409) while the project is put away."""
    if refusal := _away(project):
        raise refusal


def refuse_locked(character: Character) -> None:
    """Raise AppearanceLocked (409), with who approved, or Archived."""
    refuse_archived(character)
    if character.is_locked:
        raise AppearanceLocked(
            "The baseline is approved, so the source image is locked. Unlock the baseline first.",
            **facts(character),
        )


def facts(character: Character) -> dict[str, Any]:
    """What a refusal says beside its sentence: the baseline's state, and who brought it there."""
    decision = character.baseline_decisions.select_related("decided_by").first()
    who = decision.decided_by.username if decision and decision.decided_by else None
    return {"state": character.baseline.label, "by": who}


def _away(project: Project) -> Archived | None:
    if not project.archived_at:
        return None
    return Archived(f"The project {project.name} is archived. Take it out of the archive first.")
