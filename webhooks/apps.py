"""Webhooks: what happens here is told to other systems, signed and tried until it arrives."""

from django.apps import AppConfig

from studio.lib import events, lookups


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from webhooks import access, actors, announcing, models  # noqa: F401  importing registers

        lookups.register(models.DeliveryStatusRow, models.DeliveryStatus)
        events.before_commit(announcing.announce)
