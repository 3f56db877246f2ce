"""The composition root; after every migrate it brings lookups, roles and triggers up to date."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate


class StudioConfig(AppConfig):
    name = "studio"

    def ready(self) -> None:
        from studio import access, checks, orphans  # noqa: F401  importing registers

        # Sent once per app that has models, in the order of the settings: variants is the last.
        pre_migrate.connect(before_migrate, sender=apps.get_app_config("people"))
        post_migrate.connect(after_migrate, sender=apps.get_app_config("variants"))


def before_migrate(using: str, **_: Any) -> None:
    """First: what would stand in the way of a table that is rebuilt."""
    from studio.lib import triggers

    triggers.drop_guards(using)


def after_migrate(using: str, **_: Any) -> None:
    """Last of all apps: everything it needs has been migrated."""
    from django.contrib.auth.models import Group

    from jobs.handling import sync_kinds, sync_queues
    from people.models import ROLES
    from studio.lib import lookups, triggers

    lookups.sync_all(using)
    sync_kinds(using)
    sync_queues(using)
    for role in ROLES:
        Group.objects.using(using).get_or_create(name=role)
    triggers.create_triggers(using)
