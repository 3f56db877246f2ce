"""The policy for work rated above general, and whether an admin has signed this very text."""

import hashlib

from django.db import transaction
from django.db.models.functions import Now

from audit.recording import record
from characters.models import PolicySignature
from people.access import require
from people.models import User

TEXT = """\
This studio may make images rated suggestive or adult only of characters whose recorded age is 18
or more, whoever they depict, and only where an admin allowed it for that character.
Of real people, and of people who may be real, it makes none without a recorded consent of that
very scope, attested by one person, verified by another and in force, and none that is rated above
the source image.
Such images are shown only to people who were given the permission to view them. Whoever signs has
the right to do so for the studio, knows the law of its place, and answers for both being kept."""
TEXT_HASH = hashlib.sha256(TEXT.encode()).hexdigest()


def is_signed() -> bool:
    """Whether a signature under the present text is in force."""
    return PolicySignature.objects.filter(text_hash=TEXT_HASH, revoked_at__isnull=True).exists()


def sign(actor: User) -> PolicySignature:
    """Sign the present text; a second signature stands beside the first."""
    require(actor, "policy.sign")
    with transaction.atomic():
        row = PolicySignature.objects.create(text_hash=TEXT_HASH, signed_by=actor)
        record(actor, "policy.sign", row, after={"text_hash": TEXT_HASH})
    return row


def revoke(actor: User, signature: PolicySignature) -> None:
    """Take a signature back; without any, everything is rated general again."""
    require(actor, "policy.sign")
    with transaction.atomic():
        open_ = PolicySignature.objects.filter(pk=signature.pk, revoked_at__isnull=True)
        if open_.update(revoked_at=Now()):
            record(actor, "policy.revoke", signature)
