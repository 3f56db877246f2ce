"""Lists come in pages by falling id, and a page stays the same while rows are added."""

from itertools import chain

import pytest
from django.utils import timezone

from characters.models import Character
from people.models import Project
from qa.inspection import active_model, open_report
from qa.models import FaceEmbedding, QAReport
from qa.policy import Verdict
from tests.people import world
from tests.people.asking import signed_in
from variants.models import ImageVariant


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


@pytest.mark.parametrize(
    ("limit", "length"), [("1", 1), ("200", 200), ("201", 200), ("9" * 30, 200)]
)
def test_a_page_is_never_longer_than_200(client, project, limit, length):
    characters(project, 230)
    body = client.get(f"/api/v1/characters?limit={limit}").json()
    assert len(body["results"]) == length
    assert body["next"]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "", "²"])
def test_a_limit_that_is_none_is_refused(client, limit):
    answer = client.get("/api/v1/characters", {"limit": limit})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
    assert set(answer.json()["errors"]) == {"limit"}


@pytest.mark.parametrize(
    "cursor", ["x", "", "MQ", "W10=", "bnVsbA==", "dHJ1ZQ==", "e30=", "\0", "ü"]
)
def test_a_cursor_that_is_none_is_refused_or_finds_nothing_wrong(client, project, cursor):
    characters(project, 2)
    answer = client.get("/api/v1/characters", {"cursor": cursor})
    if answer.status_code != 200:
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


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


@pytest.fixture
def gallery(db):
    """`gallery(query)` is the ids that a character's list shows, and the world it is of."""
    cast = world.build()
    client = signed_in(cast.reviewer, api=True)
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants"

    def shown(query):
        answer = client.get(f"{url}?{query}")
        if answer.status_code != 200:
            assert answer.status_code == 400
            return answer.json()["code"]
        return {row["id"] for row in answer.json()["results"]}

    return cast.ours, shown


def test_variants_are_filtered_by_type_status_and_provenance(gallery):
    ours, shown = gallery
    assert shown("type=casual") == {ours.candidate.pk}
    assert shown("status=approved") == {ours.hero.pk}
    assert shown("status=failed") == {ours.failed.pk}
    assert shown("status=pending&type=casual") == set()
    assert len(shown("provenance=generated")) == 4
    assert shown("provenance=manual_upload") == set()
    assert len(shown("kind=variant")) == 4


def test_variants_are_filtered_by_what_the_checks_say(gallery):
    ours, shown = gallery
    report = open_report(ours.project.pk, "variant")
    now = timezone.now()
    QAReport.objects.filter(pk=report.pk).update(
        verdict_id=Verdict.WARN, finished_at=now, measured_at=now, faces_read_at=now
    )
    ImageVariant.objects.filter(pk=ours.hero.pk).update(qa_report=report)
    assert shown("verdict=warn") == {ours.hero.pk}
    assert shown("verdict=pass") == set()
    assert ours.hero.pk not in shown("verdict=none")


def test_variants_are_filtered_by_likeness_in_numbers_and_in_words(gallery):
    ours, shown = gallery
    model = active_model()
    report = open_report(ours.project.pk, "variant")
    face = FaceEmbedding.objects.create(
        report=report, model=model, vector=b"", box=[], landmarks=[], confidence=1.0
    )
    between = (model.thresholds["match"] + model.thresholds["check"]) / 2
    ImageVariant.objects.filter(pk=ours.hero.pk).update(likeness=0.99, embedding=face)
    ImageVariant.objects.filter(pk=ours.candidate.pk).update(likeness=between, embedding=face)
    assert shown("likeness=match") == {ours.hero.pk}
    assert shown("likeness=check") == {ours.candidate.pk}
    assert shown("likeness=differs") == set()
    assert shown("likeness=none") == {ours.waiting.pk, ours.failed.pk}
    assert shown("likeness_min=0.9") == {ours.hero.pk}
    assert shown("likeness_max=0.9") == {ours.candidate.pk}


def test_variants_are_filtered_by_model_and_date(gallery):
    ours, shown = gallery
    rows = ImageVariant.objects
    rows.filter(pk=ours.hero.pk).update(model="sdxl.safetensors", created_at="2026-01-02T10:00Z")
    assert shown("model=sdxl.safetensors") == {ours.hero.pk}
    assert shown("model=nothing") == set()
    assert shown("date=2026-01-02") == {ours.hero.pk}
    assert shown("until=2026-01-02") == {ours.hero.pk}
    assert shown("until=2026-01-02T10:00:00Z") == set()
    assert shown("since=2026-01-01T00:00:00%2B02:00&until=2026-01-03") == {ours.hero.pk}
    assert ours.hero.pk not in shown("since=2026-01-03")


@pytest.mark.parametrize(
    "query",
    [
        "type=nonsense", "status=nonsense", "provenance=x", "kind=x", "verdict=x", "likeness=x",
        "likeness_min=x", "likeness_min=nan", "likeness_max=2", "date=x", "since=2026-13-01",
        "until=2026-01-02T25:00", "shortlisted=maybe", "status=", "type=%00", "date=0001-01-01T",
    ],
)  # fmt: skip
def test_a_value_that_does_not_exist_is_refused(gallery, query):
    assert gallery[1](query) == "bad_query"
