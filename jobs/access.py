"""Verbs on jobs."""

from people.access import EVERYONE, MAKERS, declare
from people.models import ADMIN

declare("job.view", EVERYONE)
declare("job.cancel", MAKERS)
declare("job.retry", MAKERS)
declare("job.front", MAKERS)
declare("job.prioritise", (ADMIN,))
declare("queue.view", EVERYONE)
declare("queue.steer", (ADMIN,))
