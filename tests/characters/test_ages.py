"""An age below 18, or none: what is rated above general goes, whoever asks for it."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from characters import allowing, attesting, describing
from characters.errors import ContentRefused
from characters.models import Character, ContentRating, SourceImage
from jobs.models import JobStatus
from studio.lib import triggers
from tests import make, rated
from variants import ordering, reviewing
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

ABOVE = (ContentRating.SUGGESTIVE, ContentRating.ADULT)


@pytest.fixture
def opened(settings, admin, creator, project):
    rated.enable(settings, admin)
    return rated.character(admin, creator, project)


@pytest.mark.parametrize("age", [17, 0, None])
def test_an_age_that_falls_quarantines_what_is_rated_above_general(creator, opened, age):
    hero = reviewing.approve(creator, rated.variant(opened))
    suggestive = rated.variant(opened, ContentRating.SUGGESTIVE)
    general = rated.variant(opened, ContentRating.GENERAL)
    rated.rate_source(opened.current_source, ContentRating.SUGGESTIVE)
    describing.edit_character(creator, opened, age=age)
    for variant in (hero, suggestive):
        variant.refresh_from_db()
        assert variant.state is VariantStatus.QUARANTINED
        assert (variant.is_hero, variant.error_code) == (False, "quarantined")
        event = AuditEvent.objects.get(verb="variant.quarantine", object_pk=str(variant.pk))
        assert event.actor == creator
        assert event.reason == variant.error
    general.refresh_from_db()
    assert general.state is VariantStatus.GENERATED
    source = SourceImage.objects.get(pk=opened.current_source_id)
    assert source.quarantined_at
    assert AuditEvent.objects.filter(verb="source.quarantine", object_pk=str(source.pk)).exists()
    opened.refresh_from_db()
    assert (opened.age, opened.adult_allowed) == (age, False)


def test_work_that_waits_is_stopped(creator, opened):
    ordered = ordering.order(creator, opened, make.wish(2, variant_type="boudoir"))
    describing.edit_character(creator, opened, age=17)
    for variant, job in zip(ordered.variants, ordered.jobs, strict=True):
        variant.refresh_from_db()
        job.refresh_from_db()
        assert variant.state is VariantStatus.QUARANTINED
        assert job.state is JobStatus.CANCELLED
    assert make.run_jobs("comfy") == 0


def test_another_age_of_18_or_more_changes_nothing(creator, opened):
    variant = rated.variant(opened)
    describing.edit_character(creator, opened, age=18)
    variant.refresh_from_db()
    opened.refresh_from_db()
    assert (variant.state, opened.adult_allowed) == (VariantStatus.GENERATED, True)


def test_a_refused_edit_quarantines_nothing(creator, opened):
    variant = rated.variant(opened)
    with pytest.raises(describing.AppearanceLocked):
        describing.edit_character(creator, opened, age=17, appearance="other")
    variant.refresh_from_db()
    assert variant.state is VariantStatus.GENERATED


@pytest.mark.parametrize(("age", "code"), [(17, "under_age"), (None, "age_unknown")])
def test_an_admin_cannot_open_a_character_below_18(admin, creator, project, age, code):
    character = make.character(creator, project, age=age)
    with pytest.raises(ContentRefused) as refused:
        allowing.allow_adult(admin, character)
    assert refused.value.code == code
    with pytest.raises(IntegrityError), transaction.atomic():
        Character.objects.filter(pk=character.pk).update(adult_allowed=True)


def refused_by_the_database(write):
    with pytest.raises(IntegrityError, match="above a general rating"), transaction.atomic():
        write()


@pytest.mark.parametrize("age", [17, None])
@pytest.mark.parametrize("rating", ABOVE)
def test_the_database_refuses_rated_rows_of_a_minor_or_of_unknown_age(
    creator, project, age, rating
):
    character = make.character(creator, project, age=age)
    grown = make.character(creator, project, name="Joan", age=18)
    source = make.source(creator, character)
    variant = rated.variant(character, ContentRating.GENERAL)
    other = rated.variant(grown, rating)
    fields = {"status_id": VariantStatus.QUARANTINED, "content_rating_id": rating}
    rows = ImageVariant.objects
    refused_by_the_database(lambda: rated.variant(character, rating))
    refused_by_the_database(
        lambda: rated.variant(character, rating, status_id=VariantStatus.QUARANTINED)
    )
    refused_by_the_database(lambda: rows.filter(pk=variant.pk).update(content_rating_id=rating))
    refused_by_the_database(lambda: rows.filter(pk=variant.pk).update(**fields))
    refused_by_the_database(lambda: rows.filter(pk=other.pk).update(character=character))
    refused_by_the_database(lambda: rated.rate_source(source, rating))
    source.pk, source.version, source.content_rating_id = None, 9, rating
    refused_by_the_database(source.save)


def test_the_database_refuses_a_falling_age_while_something_rated_is_shown(creator, opened):
    variant = rated.variant(opened)
    rows = Character.objects.filter(pk=opened.pk)
    refused_by_the_database(lambda: rows.update(age=17, adult_allowed=False))
    refused_by_the_database(lambda: rows.update(age=None, adult_allowed=False))
    describing.edit_character(creator, opened, age=17)
    shown = ImageVariant.objects.filter(pk=variant.pk)
    refused_by_the_database(lambda: shown.update(status_id=VariantStatus.GENERATED))
    shown.update(error="looked at again")


def test_the_guards_stand_after_migrate(db):
    names = {guard.name for guard in triggers.GUARDS}
    assert len(names) == 6
    assert triggers.missing_triggers() == []
    triggers.drop_guards()
    triggers.create_triggers()
    assert triggers.missing_triggers() == []


def test_a_consent_of_another_scope_or_by_one_person_alone_is_none(admin, creator, opened):
    """The table can hold consents; what does not fit exactly counts as nothing."""
    Character.objects.filter(pk=opened.pk).update(depicts="real_person")
    opened.refresh_from_db()
    attesting.attest(creator, opened, "It is Ann, who signed a release", "our own studio")
    rated.rate_source(opened.current_source, ContentRating.ADULT)
    opened.refresh_from_db()
    row = opened.attestations.get()
    row.scope_id, row.verified_by, row.valid_to = ContentRating.ADULT, admin, "2999-01-01T00:00Z"
    row.save()
    assert attesting.gate(opened, ContentRating.ADULT)
    assert attesting.gate(opened, ContentRating.SUGGESTIVE).code == "consent_required"
    spoilt = {"verified_by": None, "valid_to": None, "revoked_at": row.created_at}
    for change in (
        *({name: value} for name, value in spoilt.items()),
        {"valid_to": row.created_at},
    ):
        rows = type(row).objects.filter(pk=row.pk)
        rows.update(**change)
        assert attesting.gate(opened, ContentRating.ADULT).code == "consent_required", change
        rows.update(revoked_at=None, verified_by=admin, valid_to=row.valid_to)
    assert attesting.gate(opened, ContentRating.ADULT)
