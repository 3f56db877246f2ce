"""Verbs on jobs."""

from people.access import EVERYONE, MAKERS, declare

declare("job.view", EVERYONE)
declare("job.cancel", MAKERS)
declare("job.retry", MAKERS)
