"""Ids of another project in bodies, queries and nested addresses lead nowhere."""

import pytest

from people.models import ProjectMembership
from tests import make
from tests.people.asking import signed_in
from tests.people.world import everything
from variants.models import GenerationRequest


def test_a_character_is_not_made_in_the_other_project(cast):
    client = signed_in(cast.creator, api=True)
    before = everything()
    url = "/api/v1/characters"
    answer = client.post(url, {"name": "Judy", "project": cast.theirs.project.pk})
    assert answer.status_code == 404
    missing = client.post(url, {"name": "Judy", "project": 10**6})
    assert (missing.status_code, missing.json()) == (404, answer.json())
    assert everything() == before


def test_a_character_does_not_move_into_the_other_project(cast):
    url = f"/api/v1/characters/{cast.ours.draft.pk}"
    for project in (cast.theirs.project.pk, cast.ours.project.pk):
        signed_in(cast.admin, api=True).patch(url, {"project": project})
        cast.ours.draft.refresh_from_db()
        assert cast.ours.draft.project_id == cast.ours.project.pk


def test_filters_by_the_other_project_find_nothing(cast):
    client = signed_in(cast.creator, api=True)
    theirs = cast.theirs.project.pk
    assert client.get(f"/api/v1/characters?project={theirs}").status_code == 404
    ours = client.get(f"/api/v1/characters?project={cast.ours.project.pk}").json()["results"]
    assert {row["project"] for row in ours} == {cast.ours.project.pk}
    for path in ("characters", "jobs", "projects"):
        shown = client.get(f"/api/v1/{path}?limit=200").json()["results"]
        assert shown
        assert not {row["id"] for row in shown} & _their_ids(cast, path)


def _their_ids(cast, path):
    theirs = cast.theirs
    return {
        "characters": {theirs.ready.pk, theirs.draft.pk},
        "jobs": set(theirs.project.jobs.values_list("pk", flat=True)),
        "projects": {theirs.project.pk},
    }[path]


@pytest.mark.parametrize("verb", ["", "/approve", "/reject", "/cancel", "/retry", "/rerun-qa"])
@pytest.mark.parametrize("role", ["creator", "admin"])
def test_a_variant_is_not_found_below_another_character(cast, verb, role):
    client = signed_in(cast.person(role), api=True)
    before = everything()
    wrong_parents = [
        (cast.ours.ready, cast.theirs.candidate),
        (cast.theirs.ready, cast.ours.candidate),
        (cast.ours.draft, cast.ours.candidate),
    ]
    for parent, variant in wrong_parents:
        url = f"/api/v1/characters/{parent.pk}/variants/{variant.pk}{verb}"
        answer = client.post(url) if verb else client.get(url)
        assert answer.status_code == 404
    assert everything() == before


@pytest.mark.parametrize("role", ["creator", "reviewer"])
@pytest.mark.parametrize("whose", [("theirs",), ("ours", "theirs")])
def test_a_bulk_request_that_names_a_character_of_the_other_project_does_nothing(cast, role, whose):
    ids = [getattr(cast, side).ready.pk for side in whose]
    wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk, "count": 1}
    client, page = (signed_in(cast.person(role), api=kind) for kind in (True, False))
    before = everything()
    answer = client.post("/api/v1/variants/generate-batch", {**wish, "character_ids": ids})
    assert answer.status_code == 404
    url = f"/projects/{cast.ours.project.pk}/generate/"
    form = {**wish, "workflow": wish["workflow_id"], "characters": ids}
    assert page.post(url, form).status_code == (400 if role == "creator" else 403)
    assert everything() == before


def test_a_bulk_request_keeps_to_one_project_even_for_an_admin(cast):
    ids = [cast.ours.ready.pk, cast.theirs.ready.pk]
    wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk, "count": 1}
    client = signed_in(cast.admin, api=True)
    before = everything()
    answer = client.post("/api/v1/variants/generate-batch", {**wish, "character_ids": ids})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_batch")
    assert everything() == before


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_all_of_mine_is_nothing_of_somebody_else(cast, verb):
    for person in (cast.outsider, cast.admin):
        jobs = list(cast.ours.project.jobs.order_by("pk").values())
        answer = signed_in(person, api=True).post(f"/api/v1/jobs/{verb}-mine")
        assert answer.status_code == 200
        assert list(cast.ours.project.jobs.order_by("pk").values()) == jobs


def test_who_left_a_project_steers_nothing_of_it_by_all_of_mine(cast):
    ProjectMembership.objects.filter(user=cast.creator).delete()
    before = everything("jobs", "variants")
    for verb in ("cancel", "retry"):
        assert signed_in(cast.creator, api=True).post(f"/api/v1/jobs/{verb}-mine").json() in (
            {"cancelled": 0},
            {"retried": 0},
        )
    assert everything("jobs", "variants") == before


def test_removing_a_member_of_another_project_changes_nothing(cast):
    client = signed_in(cast.admin, api=False)
    before = everything()
    url = f"/projects/{cast.ours.project.pk}/members/{cast.theirs.person.pk}/remove/"
    assert client.post(url).status_code == 302
    assert everything() == before


def test_an_idempotency_key_of_somebody_else_answers_nothing_of_theirs(cast):
    wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk, "count": 1}
    answers = [
        signed_in(person, api=True).post(
            f"/api/v1/characters/{side.ready.pk}/variants/generate",
            wish,
            headers={"Idempotency-Key": "the same"},
        )
        for person, side in ((cast.outsider, cast.theirs), (cast.creator, cast.ours))
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    projects = [
        GenerationRequest.objects.get(pk=answer.json()["request_id"]).project_id
        for answer in answers
    ]
    assert projects == [cast.theirs.project.pk, cast.ours.project.pk]


def test_who_left_a_project_sees_nothing_of_it_any_more(cast):
    client = signed_in(cast.creator, api=True)
    url = f"/api/v1/characters/{cast.ours.ready.pk}"
    assert client.get(url).status_code == 200
    ProjectMembership.objects.filter(user=cast.creator).delete()
    assert client.get(url).status_code == 404
    for path in ("characters", "jobs", "projects"):
        assert client.get(f"/api/v1/{path}").json()["results"] == []
