"""Who may look at an image: its bytes, its thumbnails and its prompt.

General-rated ones: whoever sees the character. The others: whoever was given the permission by
name, and only while the content gate lets them exist. A quarantined one: nobody, but that admins
may look at a general-rated variant which they withheld.
"""

from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser

from characters.attesting import gate
from characters.models import Character, ContentRating, SourceImage
from people.access import OK, Decision, can
from people.models import User
from studio.lib.errors import Forbidden

QUARANTINED = Decision("quarantined", "This image is withheld.")


class OfCharacter(Protocol):
    """An image; its character is loaded only when it is asked for."""

    character_id: int

    @property
    def character(self) -> Character: ...


class Viewing:
    """What one person may look at; asked once for many images of the same kind."""

    def __init__(self, user: User | AnonymousUser) -> None:
        self._user = user
        self._known: dict[tuple[int, ContentRating, ContentRating | None], Decision] = {}

    def rated(
        self, image: OfCharacter, rating: ContentRating, source: ContentRating | None = None
    ) -> Decision:
        """Whether the person may look at such images of that character, made from a `source`."""
        if rating is ContentRating.GENERAL:
            return OK
        key = image.character_id, rating, source
        if key not in self._known:
            self._known[key] = self._decide(image.character, rating, source)
        return self._known[key]

    def source(self, image: SourceImage) -> Decision:
        """Whether the person may look at this source image."""
        if image.quarantined_at:
            return QUARANTINED
        return self.rated(image, image.rating, image.rating)

    def _decide(
        self, character: Character, rating: ContentRating, source: ContentRating | None
    ) -> Decision:
        if not (decision := can(self._user, "content.view_adult", character)):
            return decision
        verdict = gate(character, rating, source=source)
        return OK if verdict else Decision(verdict.code, verdict.sentence)


def viewing_of(request: Any) -> Viewing:
    """The one viewing of a request, so that a list of any length asks once."""
    if getattr(request, "source_viewing", None) is None:
        request.source_viewing = Viewing(request.user)
    kept: Viewing = request.source_viewing
    return kept


def require_shown(decision: Decision) -> None:
    """Raise Forbidden with the reason unless the image may be looked at."""
    if not decision:
        raise Forbidden(decision.sentence, code=decision.code)
