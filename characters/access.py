"""Verbs on characters and their source images."""

from people.access import EVERYONE, MAKERS, declare
from people.models import ADMIN

declare("character.view", EVERYONE)
declare("character.create", MAKERS)
declare("character.edit", MAKERS)
declare("character.archive", MAKERS)
declare("source.upload", MAKERS)
declare("source.rerun_qa", MAKERS)
declare("source.original", MAKERS)
declare("baseline.decide", MAKERS)
declare("baseline.override_qa", (ADMIN,))
declare("character.attest", MAKERS)
declare("character.revoke_attestation", (ADMIN,))
