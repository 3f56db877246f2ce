"""Lists come in pages by falling id, and a page stays the same while rows are added."""

from itertools import chain

import pytest

from characters.models import Character
from people.models import Project
from tests.people import world
from tests.people.asking import signed_in


@pytest.fixture
def client(db, admin):
    return signed_in(admin, api=True)


def walk(client, path, limit):
    """Ids of every page, following `next`."""
    pages, query = [], f"?limit={limit}"
    while query:
        body = client.get(path + query).json()
        assert set(body) == {"results", "next"} or "source_image" in body
        pages.append([row["id"] for row in body["results"]])
        query = body["next"]
    return pages


def characters(project, count):
    return Character.objects.bulk_create(
        Character(project=project, name=f"N{number % 3}") for number in range(count)
    )


def test_pages_cover_everything_once_newest_first(client, project):
    made = characters(project, 7)
    expected = sorted((row.pk for row in made), reverse=True)
    for limit in (1, 2, 3, 7, 8, 200):
        pages = walk(client, "/api/v1/characters", limit)
        assert list(chain.from_iterable(pages)) == expected
        assert all(len(page) == limit for page in pages[:-1])


def test_rows_that_come_meanwhile_move_nothing(client, project):
    made = characters(project, 6)
    first = client.get("/api/v1/characters?limit=3").json()
    characters(project, 5)
    second = client.get(f"/api/v1/characters{first['next']}").json()
    seen = [row["id"] for row in first["results"] + second["results"]]
    assert seen == sorted((row.pk for row in made), reverse=True)
    assert second["next"] is None


def test_a_row_that_goes_meanwhile_breaks_no_page(client, project):
    made = characters(project, 6)
    first = client.get("/api/v1/characters?limit=3").json()
    Character.objects.filter(pk=first["results"][-1]["id"]).delete()
    second = client.get(f"/api/v1/characters{first['next']}").json()
    assert [row["id"] for row in second["results"]] == [row.pk for row in made[2::-1]]


def test_the_next_page_keeps_the_filters(client, project, admin):
    other = Project.objects.create(name="Other")
    characters(project, 4)
    characters(other, 4)
    url = f"/api/v1/characters?project={project.pk}&limit=3"
    following = client.get(url).json()["next"]
    assert f"project={project.pk}" in following
    assert "limit=3" in following
    rows = client.get(f"/api/v1/characters{following}").json()["results"]
    assert [row["project"] for row in rows] == [project.pk]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "201", "99999999999999999999", ""])
def test_a_page_is_never_empty_before_the_end_nor_longer_than_200(client, project, limit):
    characters(project, 230)
    body = client.get(f"/api/v1/characters?limit={limit}").json()
    assert len(body["results"]) in (60, 200)
    assert body["next"]


def test_every_list_is_paged(db):
    cast = world.build()
    client = signed_in(cast.admin, api=True)
    ready = cast.ours.ready.pk
    for path, least in (
        ("/api/v1/projects", 2),
        ("/api/v1/characters", 4),
        ("/api/v1/jobs", 8),
        (f"/api/v1/characters/{ready}/variants", 4),
        (f"/api/v1/characters/{ready}/scene-seeds", 1),
        (f"/api/v1/characters/{ready}/source-image/history", 1),
    ):
        pages = walk(client, path, 1)
        assert len(pages) >= least, path
        ids = list(chain.from_iterable(pages))
        assert ids == sorted(set(ids), reverse=True)


def test_variants_are_filtered_by_type_status_and_provenance(db):
    cast = world.build()
    client = signed_in(cast.reviewer, api=True)
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants"
    ours = cast.ours

    def shown(query):
        return {row["id"] for row in client.get(f"{url}?{query}").json()["results"]}

    assert shown("type=casual") == {ours.candidate.pk}
    assert shown("status=approved") == {ours.hero.pk}
    assert shown("status=failed") == {ours.failed.pk}
    assert shown("status=pending&type=casual") == set()
    assert len(shown("provenance=generated")) == 4
    assert shown("provenance=manual_upload") == set()
    assert shown("type=nonsense") == set()
    body = client.get(url).json()
    assert body["source_image"]["id"] == ours.source.pk
