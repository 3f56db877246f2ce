"""Characters: descriptions, source images, baseline, attestations."""

from django.apps import AppConfig

from studio.lib import lookups


class CharactersConfig(AppConfig):
    name = "characters"

    def ready(self) -> None:
        from characters import access, actors, guards, models  # noqa: F401  importing registers

        lookups.register(models.BaselineStatusRow, models.BaselineStatus)
        lookups.register(models.ContentRatingRow, models.ContentRating)
        guards.guard_rated("source_images", "{row}.quarantined_at IS NOT NULL")
