"""Verbs on servers and workflows, which belong to the studio, not to a project."""

from people.access import EVERYONE, MAKERS, declare
from people.models import ADMIN

declare("workflow.view", EVERYONE)
declare("workflow.validate", MAKERS)
declare("workflow.edit", (ADMIN,))
declare("server.view", (ADMIN,))
declare("server.edit", (ADMIN,))
declare("server.operate", (ADMIN,))
declare("server.restart", (ADMIN,))
