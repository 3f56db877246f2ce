"""Verbs on variants and generation requests."""

from characters.models import Character
from people.access import EVERYONE, MAKERS, OK, Decision, declare
from people.models import ADMIN, CREATOR, User
from variants.models import ImageVariant

REVIEWERS_MAY_NOT = Decision(
    "reviewers_may_not_approve",
    "In this project reviewers do not approve or reject. A creator decides.",
)


def _may_review(user: User, obj: ImageVariant | Character) -> Decision:
    if user.roles & {ADMIN, CREATOR}:
        return OK
    character = obj.character if isinstance(obj, ImageVariant) else obj
    return OK if character.project.reviewers_can_approve else REVIEWERS_MAY_NOT


declare("variant.view", EVERYONE)
declare("variant.review", EVERYONE, _may_review)
declare("variant.delete", MAKERS)
declare("variant.quarantine", (ADMIN,))
declare("variant.see_quarantined", (ADMIN,))
declare("variant.generate", MAKERS)
declare("variant.override_qa", (ADMIN,))
declare("variant.cancel", MAKERS)
declare("variant.retry", MAKERS)
declare("variant.rerun_qa", MAKERS)
declare("variant.download", EVERYONE)
