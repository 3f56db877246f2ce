"""Variants: ordered, generated, collected, checked, reviewed."""

from django.apps import AppConfig

from studio.lib import lookups


class VariantsConfig(AppConfig):
    name = "variants"

    def ready(self) -> None:
        from characters.guards import guard_rated
        from variants import (  # noqa: F401  importing registers
            access,
            actors,
            quarantining,
            vocabulary,
        )

        withheld = vocabulary.VariantStatus.QUARANTINED.value
        lookups.register(vocabulary.VariantStatusRow, vocabulary.VariantStatus)
        guard_rated("image_variants", f"{{row}}.status_id = {withheld}")
