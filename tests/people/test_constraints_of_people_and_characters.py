"""What the tables of people and characters refuse, whoever writes."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError, RestrictedError

from characters.models import BaselineStatus, Character, LikenessAttestation, SourceImage
from people.models import Project, ProjectMembership
from tests import make
from tests.people.world import quick_validator


@pytest.fixture
def source(creator, character):
    with quick_validator():
        return make.source(creator, character)


def refused(rows, **changes):
    def change():
        rows.update(**changes)
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        change()
    return True


def test_a_person_is_a_member_once(project, creator):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectMembership.objects.create(project=project, user=creator)


def test_projects_have_names_of_their_own(project, admin):
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.create(name="Northlight")


def test_a_project_with_characters_is_not_deleted(character):
    with pytest.raises(ProtectedError):
        character.project.delete()


def test_an_approved_baseline_has_a_source(character):
    rows = Character.objects.filter(pk=character.pk)
    assert refused(rows, baseline_status_id=BaselineStatus.APPROVED)


def test_the_source_of_an_approved_baseline_does_not_go(creator, character, source):
    rows = Character.objects.filter(pk=character.pk)
    rows.update(baseline_status_id=BaselineStatus.APPROVED)
    assert refused(rows, current_source=None)
    with pytest.raises((ProtectedError, RestrictedError)):
        source.delete()


def test_closed_sets_are_closed(character, source):
    rows = Character.objects.filter(pk=character.pk)
    assert refused(rows, depicts="somebody")
    assert refused(rows, age_basis="guessed")
    assert refused(rows, baseline_status_id=99)
    sources = SourceImage.objects.filter(pk=source.pk)
    assert refused(sources, origin="midjourney")
    assert refused(sources, format="gif")


@pytest.mark.parametrize("value", ["a" * 23, "g" * 24, "A" * 24, " " * 24, "a" * 23 + "\n"])
def test_a_library_id_is_24_hex_digits(character, value):
    assert refused(Character.objects.filter(pk=character.pk), library_db_id=value)


def test_a_library_id_may_be_there_or_not(character):
    rows = Character.objects.filter(pk=character.pk)
    for value in ("5f" * 12, ""):
        assert rows.update(library_db_id=value) == 1


def test_a_library_id_is_no_longer_than_that(character):
    with pytest.raises(DatabaseError), transaction.atomic():
        Character.objects.filter(pk=character.pk).update(library_db_id="a" * 25)


def test_versions_of_a_source_count_up(creator, character, source):
    with quick_validator():
        second = make.source(creator, character)
    assert second.version == source.version + 1
    assert refused(SourceImage.objects.filter(pk=second.pk), version=source.version)


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "x"},
        {"sha256": "A" * 64},
        {"width": 0},
        {"height": 0},
        {"file_size_bytes": 0},
        {"file_path": None},
    ],
)
def test_file_columns_are_whole(source, change):
    assert refused(SourceImage.objects.filter(pk=source.pk), **change)


def test_nobody_verifies_their_own_statement(creator, admin, character):
    row = LikenessAttestation.objects.create(
        character=character, statement="It is a drawing", source="ours", attested_by=creator
    )
    rows = LikenessAttestation.objects.filter(pk=row.pk)
    assert refused(rows, verified_by=creator)
    assert rows.update(verified_by=admin) == 1


def test_a_new_character_may_show_no_adult_work_and_depicts_who_knows(project):
    made = Character.objects.create(project=project, name="Judy")
    made.refresh_from_db()
    assert (made.adult_allowed, made.depicts, made.age_basis) == (False, "unknown", "unknown")
    assert made.baseline is BaselineStatus.PENDING_UPLOAD
