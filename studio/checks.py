"""What `manage.py check --deploy` demands of a production start, in sentences."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register(deploy=True)
def several_processes_need_servers(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """The embedded defaults serve one process; production is several."""
    found: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        found.append(
            Error(
                "The database is SQLite, which serves one process only.",
                hint="Set DATABASE_URL=postgres://user:password@host:5432/name.",
                id="studio.E001",
            )
        )
    if not settings.REDIS_URL:
        found.append(
            Error(
                "REDIS_URL is not set: workers could not be woken, nor pages told.",
                hint="Set REDIS_URL=redis://host:6379/0.",
                id="studio.E002",
            )
        )
    return found
