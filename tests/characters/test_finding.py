"""Characters are found by the face of their current source, as the rows have it now."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from characters import finding
from characters.models import SourceImage
from people import managing
from qa.inspection import active_model
from qa.models import EmbeddingModel
from tests import make
from tests.faces import give_face, vector


@pytest.fixture(autouse=True)
def nothing_kept():
    finding.forget()
    yield
    finding.forget()


@pytest.fixture
def person(creator, project):
    """`person(name, *vector)`: a character whose source has that face."""

    def named(name, *leading, where=None):
        owner = make.character(creator, where or project, name=name)
        return give_face(make.passed_source(creator, owner), vector(*leading))

    return named


def names(*leading, count=10, **options):
    found = finding.nearest(active_model(), vector(*leading), count, **options)
    return [one.source.character.name for one in found]


def test_the_nearest_come_first_with_their_likeness(person):
    person("Jane", 0.0)
    person("Joan", 0.6)
    person("Judy", 1.2)
    found = finding.nearest(active_model(), vector(0.1), 2)
    assert [one.source.character.name for one in found] == ["Jane", "Joan"]
    assert [one.likeness for one in found] == pytest.approx([1 - 0.1 / 1.2, 1 - 0.5 / 1.2])


def test_a_search_knows_what_came_after_the_one_before(person, creator):
    jane = person("Jane", 0.0)
    assert names(0.0) == ["Jane"]
    person("Joan", 0.1)
    assert names(0.0) == ["Jane", "Joan"]
    second = make.passed_source(creator, jane.character)
    assert names(0.0) == ["Joan"]  # the old version is the current one no more
    give_face(second, vector(0.3))
    assert names(0.0) == ["Joan", "Jane"]


def test_a_face_that_is_read_anew_replaces_the_former(person):
    jane, _ = person("Jane", 0.0), person("Joan", 0.2)
    assert names(0.0) == ["Jane", "Joan"]
    jane.embedding.vector = vector(0.5).astype("<f4").tobytes()
    jane.embedding.save()
    SourceImage.objects.filter(pk=jane.pk).update(embedding=jane.embedding)
    assert names(0.0) == ["Joan", "Jane"]


def test_what_is_put_away_or_withheld_is_not_found_however_much_of_it_is_near(person, creator):
    for number in range(60):
        source = person(f"Gone {number}", 0.0)
        if number % 2:
            SourceImage.objects.filter(pk=source.pk).update(quarantined_at="2026-01-01T00:00Z")
        else:
            type(source.character).objects.filter(pk=source.character_id).update(
                archived_at="2026-01-01T00:00Z"
            )
    person("Jane", 0.5)
    assert names(0.0, count=1) == ["Jane"]


def test_what_is_in_a_project_that_is_put_away_is_not_found_until_it_is_taken_out(
    person, admin, creator
):
    other = make.project(admin, "Southlight")
    other.memberships.create(user=creator)
    person("Jane", 0.5)
    person("Joan", 0.0, where=other)
    managing.archive_project(admin, other)
    assert names(0.0) == ["Jane"]
    managing.unarchive_project(admin, other)
    assert names(0.0) == ["Joan", "Jane"]


def test_only_the_projects_that_are_named_are_looked_in(person, admin, creator):
    other = make.project(admin, "Southlight")
    other.memberships.create(user=creator)
    person("Jane", 0.0)
    joan = person("Joan", 0.1, where=other)
    assert names(0.0, projects={other.pk}) == ["Joan"]
    assert names(0.0, besides=joan.character_id) == ["Jane"]


def test_vectors_of_another_model_are_never_compared(person, project, creator):
    person("Jane", 0.0)
    other = EmbeddingModel.objects.get(name="facenet-vggface2")
    owner = make.character(creator, project, name="Joan")
    values = np.ones(other.dimensions, np.float32)
    give_face(make.passed_source(creator, owner), values, other)
    assert names(0.0) == ["Jane"]
    found = finding.nearest(other, values, 10)
    assert [one.source.character.name for one in found] == ["Joan"]
    with pytest.raises(ValueError, match="cannot be compared"):
        finding.nearest(active_model(), values, 10)


def test_where_memory_is_short_the_answer_is_the_same(person, monkeypatch, settings):
    for number in range(6):
        person(f"Person {number}", number / 10)
    kept = names(0.2, count=4)
    finding.forget()
    monkeypatch.setattr(finding, "AT_ONCE", 2)
    settings.FACE_INDEX_MB = 0
    assert names(0.2, count=4) == kept == ["Person 2", "Person 1", "Person 3", "Person 0"]


def test_where_memory_is_short_only_the_projects_that_are_named_are_read(
    person, admin, creator, monkeypatch, settings
):
    other = make.project(admin, "Southlight")
    other.memberships.create(user=creator)
    person("Jane", 0.0)
    person("Judy", 0.2)
    person("Joan", 0.1, where=other)
    settings.FACE_INDEX_MB = 0
    monkeypatch.setattr(finding, "AT_ONCE", 1)
    with CaptureQueriesContext(connection) as asked:
        assert names(0.1, projects={other.pk}) == ["Joan"]
    blocks = [query for query in asked if '"vector"' in query["sql"]]
    assert len(blocks) == 2  # hers, and the end
    assert names(0.1, projects=set()) == []
