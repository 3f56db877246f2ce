"""Verbs on the studio as a whole."""

from people.access import declare
from people.models import ADMIN

declare("operations.view", (ADMIN,))
