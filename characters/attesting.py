"""Attesting the right to use a likeness, and asking the gate about a character."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from audit.recording import record
from characters.errors import ContentRefused
from characters.gate import Subject, Verdict, content_gate
from characters.models import Character, ContentRating, Depicts, LikenessAttestation
from people.access import require
from people.models import User
from studio.lib.errors import StudioError

MIN_STATEMENT = 10


class StatementTooShort(StudioError):
    code = "statement_too_short"


def attest(actor: User, character: Character, statement: str, source: str) -> LikenessAttestation:
    """Record who states which right to the likeness, for general-rated work."""
    require(actor, "character.attest", character)
    statement, source = statement.strip(), source.strip()
    if len(statement) < MIN_STATEMENT or not source:
        raise StatementTooShort(
            "Say who the person is and what gives you the right (a sentence), "
            "and where the image comes from.",
            field="statement",
        )
    with transaction.atomic():
        row = LikenessAttestation.objects.create(
            character=character, statement=statement, source=source, attested_by=actor
        )
        record(
            actor,
            "character.attest",
            character,
            after={"statement": statement, "source": source, "scope": "general"},
        )
    return row


def revoke(actor: User, attestation: LikenessAttestation) -> None:
    """Withdraw a statement; from now on the gate no longer counts it."""
    require(actor, "character.revoke_attestation", attestation.character)
    with transaction.atomic():
        # Whoever asks the gate for this character has done so before, or does it afterwards.
        Character.objects.select_for_update().get(pk=attestation.character_id)
        if LikenessAttestation.objects.filter(pk=attestation.pk, revoked_at__isnull=True).update(
            revoked_at=Now()
        ):
            record(actor, "character.attest_revoke", attestation.character)


def current_attestation(character: Character) -> LikenessAttestation | None:
    """The newest attestation in force."""
    in_force = character.attestations.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=Now()),
        revoked_at__isnull=True,
        valid_from__lte=Now(),
    )
    return in_force.select_related("attested_by").first()


def gate(character: Character, rating: ContentRating = ContentRating.GENERAL) -> Verdict:
    """The content gate's verdict on work of `rating` with this character."""
    attested = current_attestation(character) is not None
    return content_gate(Subject(Depicts(character.depicts), attested), rating)


def pass_gate(character: Character, rating: ContentRating = ContentRating.GENERAL) -> None:
    """Raise ContentRefused with the gate's code unless it lets the work pass."""
    verdict = gate(character, rating)
    if not verdict:
        raise ContentRefused(verdict.sentence, code=verdict.code)
