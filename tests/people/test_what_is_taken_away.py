"""A role, a membership, an account or a whole project that is taken away ends what it allowed."""

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from people import managing
from people.access import can
from people.models import REVIEWER, User
from tests.people.asking import send, signed_in
from tests.people.matrix import ROWS, of_the_studio
from tests.people.rows import API
from tests.people.world import everything

# Of a project that is put away these make nothing more.
MAKING = (
    ("POST", "/api/v1/characters"),
    ("POST", "/api/v1/characters/{draft}/source-image"),
    ("POST", "/api/v1/characters/{ready}/variants/generate"),
    ("POST", "/api/v1/characters/{ready}/variants/{candidate}/regenerate"),
    ("POST", "/api/v1/characters/{ready}/images/v-{candidate}/inpaint"),
    ("POST", "/api/v1/characters/{ready}/variants/{candidate}/reimport"),
    ("POST", "/api/v1/characters/{ready}/variants"),
    ("POST", "/api/v1/projects/{project}/imports"),
    ("POST", "/api/v1/imports/{folder_import}/files"),
)


def row_of(method, path):
    return next(row for row in ROWS if (row.method, row.path) == (method, path))


def token_of(person):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(person)}")
    return client


def of_a_project():
    return [row for row in ROWS if "{" in row.path and not of_the_studio(row)]


@pytest.mark.parametrize("left", [False, True], ids=["the role", "the membership"])
def test_without_a_role_or_a_membership_nothing_is_there_at_the_next_request(cast, left):
    session, token = signed_in(cast.creator, api=True), token_of(cast.creator)
    url = f"/api/v1/characters/{cast.ours.ready.pk}"
    assert [client.get(url).status_code for client in (session, token)] == [200, 200]
    if left:
        managing.remove_member(cast.admin, cast.ours.project, cast.creator.pk)
    else:
        cast.creator.groups.clear()
    before = everything()
    client = session if left else token
    wrong = {
        str(row): answer.status_code
        for row in of_a_project()
        if row.is_api and (answer := send(client, row, cast.ours)).status_code != 404
    }
    assert wrong == {}
    assert everything() == before


def test_another_role_is_held_to_at_the_next_request(cast):
    token = token_of(cast.creator)
    cast.creator.groups.set(Group.objects.filter(name=REVIEWER))
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants/generate"
    answer = token.post(url, {"variant_type": "clothed", "workflow_id": 1})
    assert (answer.status_code, answer.json()["code"]) == (403, "role")


def test_who_is_deactivated_is_signed_out_everywhere(cast):
    token, page = token_of(cast.creator), signed_in(cast.creator, api=False)
    User.objects.filter(pk=cast.creator.pk).update(is_active=False)
    before = everything()
    for row in of_a_project():
        answer = send(token if row.is_api else page, row, cast.ours)
        assert answer.status_code == (401 if row.is_api else 302), str(row)
        assert row.is_api or answer.url.startswith("/sign-in/"), str(row)
    assert everything() == before
    gone = User.objects.get(pk=cast.creator.pk)
    assert can(gone, "variant.review", cast.ours.candidate).code == "signed_out"


@pytest.mark.parametrize(("method", "path"), MAKING)
def test_a_project_that_is_put_away_makes_nothing_more_until_it_is_taken_out(cast, method, path):
    row = row_of(method, path)
    client = signed_in(cast.creator, api=True)
    managing.archive_project(cast.admin, cast.ours.project)
    before = everything()
    answer = send(client, row, cast.ours)
    assert (answer.status_code, answer.json()["code"]) == (409, "archived")
    assert "Northlight" in answer.json()["detail"]
    assert everything() == before
    managing.unarchive_project(cast.admin, cast.ours.project)
    assert send(client, row, cast.ours).status_code == row.cells["creator"]


def test_a_project_that_is_put_away_can_still_be_read(cast):
    managing.archive_project(cast.admin, cast.ours.project)
    client = signed_in(cast.creator, api=True)
    for row in of_a_project():
        if row.method == "GET" and row.path.startswith(API):
            assert send(client, row, cast.ours).status_code == row.cells["creator"], str(row)
