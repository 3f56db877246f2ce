"""Where people left a review, and how they like to review: rows that follow them to any device."""

from django.db import models

from characters.models import Character
from people.models import User
from studio.lib.tables import NamedIndex, Stamped


class ReviewPlace(Stamped):
    """Where a person left the review of a character: the address, and what the page was set to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    character = models.ForeignKey(
        Character, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    query = models.TextField(help_text="The query string: filter, order, type and cursor.")
    room = models.JSONField(help_text="Layout, compare mode, zoom and pan.")

    class Meta:
        db_table = "review_places"
        indexes = [NamedIndex(fields=["character"], name="idx_review_places_character_id")]
        constraints = [
            models.UniqueConstraint(fields=["user", "character"], name="uq_review_places_user")
        ]

    def __str__(self) -> str:
        return f"the place of {self.user_id} at {self.character_id}"


class SavedView(Stamped):
    """A name that a person gave to filters, an order and a size of tiles; for every gallery."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True, help_text="The query string.")

    class Meta:
        db_table = "saved_views"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="uq_saved_views_user")]

    def __str__(self) -> str:
        return self.name


class ReviewHabit(Stamped):
    """How a person likes to review: auto-advance, and the keys that are not as they come."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    auto_advance = models.BooleanField(default=True, db_default=True)
    keys = models.JSONField(default=dict, blank=True, help_text="By action, a list of keys.")

    class Meta:
        db_table = "review_habits"

    def __str__(self) -> str:
        return f"how {self.user_id} reviews"
