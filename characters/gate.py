"""The content gate: one pure function that every step asks before it works with a likeness.

It only ever blocks, and it knows nobody's role: no permission opens what it closes. What is not
known counts as the worst: no age as under 18, no word on whom it depicts as a real person.
"""

from collections.abc import Callable
from dataclasses import dataclass

from characters.models import OF_AGE, ContentRating, Depicts


@dataclass(frozen=True)
class Subject:
    """What the gate must know of a character and of the image that the work is made from."""

    depicts: Depicts
    age: int | None
    attested: bool  # somebody stated the right to the likeness, and it is in force
    consented: frozenset[ContentRating]  # scopes of verified consents in force
    adult_allowed: bool  # the character's own switch
    adult_enabled: bool  # the operator's switch and the signed policy
    source: ContentRating  # of the source image that it descends from
    edited: ContentRating | None = None  # of the image that is edited, if one is

    @property
    def counts_as_real(self) -> bool:
        return self.depicts is not Depicts.FICTIONAL


@dataclass(frozen=True)
class Verdict:
    """`code` is empty when the work may go on."""

    code: str = ""
    sentence: str = ""

    def __bool__(self) -> bool:
        return not self.code


PASS = Verdict()
ATTESTATION_REQUIRED = Verdict(
    "attestation_required",
    "This character may depict a real person. State first who it is and what gives the "
    "studio the right to use the likeness, or record that the person is fictional.",
)
AGE_UNKNOWN = Verdict(
    "age_unknown",
    "No age is recorded for this character, so only general-rated work is possible.",
)
UNDER_AGE = Verdict(
    "under_age", "This character is under 18, so only general-rated work is possible."
)
RATING_NOT_ENABLED = Verdict(
    "rating_not_enabled", "Only general-rated work is enabled in this studio."
)
NOT_ALLOWED_FOR_CHARACTER = Verdict(
    "adult_not_allowed",
    "Only general-rated work is allowed with this character. An admin can allow more.",
)
CONSENT_REQUIRED = Verdict(
    "consent_required",
    "This character may depict a real person, and no verified consent in force covers a rating "
    "as high as this.",
)
ABOVE_SOURCE = Verdict(
    "above_source",
    "This character may depict a real person, so nothing may be rated above its source image.",
)
EDIT_RAISES_RATING = Verdict(
    "edit_raises_rating", "An edit may not be rated above the image that it edits."
)

Blocks = Callable[[Subject, ContentRating], bool]
# In this order, for every rating above general; the first that blocks is told.
_ABOVE_GENERAL: tuple[tuple[Verdict, Blocks], ...] = (
    (RATING_NOT_ENABLED, lambda subject, _: not subject.adult_enabled),
    (AGE_UNKNOWN, lambda subject, _: subject.age is None),
    (UNDER_AGE, lambda subject, _: subject.age is not None and subject.age < OF_AGE),
    (NOT_ALLOWED_FOR_CHARACTER, lambda subject, _: not subject.adult_allowed),
    (
        CONSENT_REQUIRED,
        lambda subject, rating: (
            subject.counts_as_real and not (subject.attested and rating in subject.consented)
        ),
    ),
    (ABOVE_SOURCE, lambda subject, rating: subject.counts_as_real and rating > subject.source),
    (
        EDIT_RAISES_RATING,
        lambda subject, rating: subject.edited is not None and rating > subject.edited,
    ),
)


def content_gate(subject: Subject, rating: ContentRating) -> Verdict:
    """Whether work of this rating may be done with this likeness."""
    if rating is ContentRating.GENERAL:
        unattested = subject.counts_as_real and not subject.attested
        return ATTESTATION_REQUIRED if unattested else PASS
    return next(
        (verdict for verdict, blocks in _ABOVE_GENERAL if blocks(subject, rating)),
        PASS,
    )
