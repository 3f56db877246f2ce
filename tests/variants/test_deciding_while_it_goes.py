"""Approve while the variant is being deleted, or while the consent for it is being revoked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from characters import attesting
from characters.models import Character
from tests import make
from variants import reviewing
from variants.errors import VariantGone
from variants.models import ImageVariant, ReviewDecision


@pytest.mark.parametrize("decide", [reviewing.approve, reviewing.reject])
def test_a_variant_that_was_deleted_under_the_readers_eyes_is_not_decided_on(
    creator, character, decide
):
    make.ready(creator, character)
    (variant,) = make.generated(creator, character, 1)
    ImageVariant.objects.filter(pk=variant.pk).update(
        deleted_at=timezone.now(), purge_at=timezone.now()
    )
    with pytest.raises(VariantGone, match="deleted meanwhile"):
        decide(creator, variant)
    assert not ReviewDecision.objects.exists()
    assert not ImageVariant.objects.filter(is_hero=True).exists()


def test_a_consent_is_revoked_before_or_after_an_approval_never_in_the_middle(
    committed, admin, creator, character
):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite runs one writing transaction at a time")
    attestation = attesting.attest(creator, character, "Drawn by us, for us", "Our own hand")

    def revoke_elsewhere():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
            attesting.revoke(admin, attestation)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as elsewhere:
        Character.objects.select_for_update().get(pk=character.pk)  # as an approval does
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere.submit(revoke_elsewhere).result()
    attestation.refresh_from_db()
    assert attestation.revoked_at is None
