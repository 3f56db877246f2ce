"""Verbs on characters and their source images."""

from people.access import EVERYONE, MAKERS, OK, Decision, InProject, declare
from people.models import ADMIN, User

VIEW_ADULT_NEEDED = Decision(
    "view_adult_needed",
    "This is rated above general. It is shown to people who were given the permission to view it.",
)


def _may_view_adult(user: User, _: InProject) -> Decision:
    return OK if user.may_view_adult else VIEW_ADULT_NEEDED


declare("character.view", EVERYONE)
declare("character.create", MAKERS)
declare("character.edit", MAKERS)
declare("character.import", MAKERS)
declare("upload.begin", MAKERS)
declare("character.archive", MAKERS)
declare("source.upload", MAKERS)
declare("source.rerun_qa", MAKERS)
declare("source.choose_face", MAKERS)
declare("source.delete", MAKERS)
declare("source.original", MAKERS)
declare("baseline.decide", MAKERS)
declare("baseline.override_qa", (ADMIN,))
declare("character.attest", MAKERS)
declare("character.revoke_attestation", (ADMIN,))
declare("character.allow_adult", (ADMIN,))
declare("policy.sign", (ADMIN,))
declare("content.view_adult", EVERYONE, _may_view_adult)
