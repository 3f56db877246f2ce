"""Attesting the right to use a likeness, and asking the gate about a character."""

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from audit.recording import record
from characters import policy
from characters.errors import ContentRefused
from characters.gate import ATTESTATION_REQUIRED, Subject, Verdict, content_gate
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
    return character.attestations.filter(_in_force()).select_related("attested_by").first()


def _in_force() -> Q:
    return Q(revoked_at__isnull=True, valid_from__lte=Now()) & (
        Q(valid_to__isnull=True) | Q(valid_to__gt=Now())
    )


def consents(character: Character) -> frozenset[ContentRating]:
    """The scopes of its consents in force: with an end, attested by one and verified by another."""
    verified = character.attestations.exclude(verified_by=F("attested_by")).filter(
        _in_force(), verified_by__isnull=False, valid_to__isnull=False
    )
    return frozenset(ContentRating(scope) for scope in verified.values_list("scope_id", flat=True))


def subject_of(
    character: Character,
    rating: ContentRating,
    *,
    source: ContentRating | None = None,
    edited: ContentRating | None = None,
    attested: bool | None = None,
) -> Subject:
    """What the gate must know of a character for work of `rating`.

    `source` is the rating of the source image that the work descends from (the current one's when
    not said), `edited` that of the image that an edit starts from, `attested` whether a statement
    is in force, where the caller has just looked.
    """
    above = rating is not ContentRating.GENERAL  # the rest of the work asks for less
    if source is None:
        current = character.current_source
        source = current.rating if current else ContentRating.GENERAL
    return Subject(
        depicts=Depicts(character.depicts),
        age=character.age,
        attested=current_attestation(character) is not None if attested is None else attested,
        consented=consents(character) if above else frozenset(),
        adult_allowed=character.adult_allowed,
        adult_enabled=above and settings.ADULT_CONTENT_ENABLED and policy.is_signed(),
        source=source,
        edited=edited,
    )


def gate(
    character: Character,
    rating: ContentRating = ContentRating.GENERAL,
    *,
    source: ContentRating | None = None,
    edited: ContentRating | None = None,
    attested: bool | None = None,
) -> Verdict:
    """The content gate's verdict on work of `rating` with this character; see `subject_of`."""
    subject = subject_of(character, rating, source=source, edited=edited, attested=attested)
    return content_gate(subject, rating)


def pass_gate(
    character: Character,
    rating: ContentRating = ContentRating.GENERAL,
    *,
    source: ContentRating | None = None,
    edited: ContentRating | None = None,
) -> None:
    """Raise ContentRefused with the gate's code unless it lets the work pass."""
    refuse(gate(character, rating, source=source, edited=edited))


def admit_source(character: Character, rating: ContentRating) -> None:
    """The gate for a new source image: raise ContentRefused unless it may be taken in.

    A general-rated draft may come before its statement; nothing is made of it until there is one.
    """
    verdict = gate(character, rating, source=rating)
    if verdict != ATTESTATION_REQUIRED:
        refuse(verdict)


def refuse(verdict: Verdict) -> None:
    """Raise ContentRefused unless the verdict lets the work pass."""
    if not verdict:
        raise ContentRefused(verdict.sentence, code=verdict.code)
