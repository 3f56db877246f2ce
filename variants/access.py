"""Verbs on variants and generation requests."""

from characters.models import Character
from people.access import EVERYONE, MAKERS, OK, Decision, declare
from people.models import ADMIN, CREATOR, User
from variants.models import ImageVariant

REVIEWERS_MAY_NOT = Decision(
    "reviewers_may_not_approve",
    "In this project reviewers do not approve or reject. A creator decides.",
)

REVIEWERS_MAY_NOT_EXPORT = Decision(
    "reviewers_may_not_export",
    "In this project reviewers do not export. Ask a creator, or an admin to allow it.",
)


def _character_of(obj: ImageVariant | Character) -> Character:
    return obj.character if isinstance(obj, ImageVariant) else obj


def _may_review(user: User, obj: ImageVariant | Character) -> Decision:
    if user.roles & {ADMIN, CREATOR} or _character_of(obj).project.reviewers_can_approve:
        return OK
    return REVIEWERS_MAY_NOT


def _may_export(user: User, obj: ImageVariant | Character) -> Decision:
    if user.roles & {ADMIN, CREATOR} or _character_of(obj).project.reviewers_can_export:
        return OK
    return REVIEWERS_MAY_NOT_EXPORT


declare("variant.view", EVERYONE)
declare("variant.review", EVERYONE, _may_review)
declare("variant.delete", MAKERS)
declare("variant.quarantine", (ADMIN,))
declare("variant.see_quarantined", (ADMIN,))
declare("variant.generate", MAKERS)
declare("variant.inpaint", MAKERS)
declare("variant.override_qa", (ADMIN,))
declare("variant.cancel", MAKERS)
declare("variant.retry", MAKERS)
declare("variant.rerun_qa", MAKERS)
declare("variant.choose_face", MAKERS)
declare("variant.download", EVERYONE)
declare("variant.export", EVERYONE, _may_export)
declare("variant.import", MAKERS)
declare("variant.reproduce", MAKERS)
declare("workflow.try", (ADMIN,))
declare("lookup.edit", (ADMIN,))
