"""Verbs on the limits of checks, which belong to the studio or to one project."""

from people.access import EVERYONE, declare
from people.models import ADMIN

declare("threshold.view", EVERYONE)
declare("threshold.edit", (ADMIN,))
