"""Identity: who is this, how a character's likeness drifts, and what the studio's decisions say."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"

    def ready(self) -> None:
        from identity import access, actors, models  # noqa: F401  importing registers
