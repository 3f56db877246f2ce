"""The content gate: one pure function that every step asks before it works with a likeness.

It only ever blocks. Its first part stands: general-rated work with a real or unknown person needs
an attestation; other ratings are refused until consent and the operator's switch can be recorded.
"""

from dataclasses import dataclass

from characters.models import ContentRating, Depicts


@dataclass(frozen=True)
class Subject:
    """What the gate must know of a character."""

    depicts: Depicts
    attested: bool


@dataclass(frozen=True)
class Verdict:
    """`code` is empty when the work may go on."""

    code: str = ""
    sentence: str = ""

    def __bool__(self) -> bool:
        return not self.code


def content_gate(subject: Subject, rating: ContentRating) -> Verdict:
    """Whether work of this rating may be done with this likeness."""
    if rating is not ContentRating.GENERAL:
        return Verdict(
            "rating_not_enabled",
            f"{rating.label.capitalize()}-rated work is not enabled in this studio.",
        )
    if subject.depicts is not Depicts.FICTIONAL and not subject.attested:
        return Verdict(
            "attestation_required",
            "This character may depict a real person. State first who it is and what gives the "
            "studio the right to use the likeness, or record that the person is fictional.",
        )
    return Verdict()
