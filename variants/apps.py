"""Variants: ordered, generated, collected, checked, reviewed."""

from django.apps import AppConfig

from studio.lib import lookups


class VariantsConfig(AppConfig):
    name = "variants"

    def ready(self) -> None:
        from variants import access, actors, vocabulary  # noqa: F401  importing registers

        lookups.register(vocabulary.VariantStatusRow, vocabulary.VariantStatus)
