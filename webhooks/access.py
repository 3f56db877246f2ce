"""Verbs on webhooks, which belong to the studio: what leaves it is for admins to say."""

from people.access import declare
from people.models import ADMIN

declare("webhook.view", (ADMIN,))
declare("webhook.edit", (ADMIN,))
declare("webhook.deliver", (ADMIN,))
