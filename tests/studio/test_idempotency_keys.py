"""A change that carries an Idempotency-Key happens once, however often it is sent."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from characters.models import Character
from people.models import REVIEWER, IdempotencyKey, Project, User
from tests import make, rated


@pytest.fixture
def upload(api, creator, character):
    url = f"/api/v1/characters/{character.pk}/source-image"

    def send(key, data=None, person=None):
        file = SimpleUploadedFile("a.png", data or make.portrait(), "image/png")
        headers = {"Idempotency-Key": key} if key else {}
        return api(person or creator).post(url, {"file": file}, format="multipart", headers=headers)

    return send


def test_the_same_upload_is_taken_once_and_answered_again(upload, character):
    first, second = upload("one"), upload("one")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert character.sources.count() == 1


def test_without_a_key_each_upload_counts(upload, character):
    upload("")
    upload("")
    assert character.sources.count() == 2


def test_a_key_stands_for_one_request_of_one_person(upload, character, admin):
    upload("one")
    other = upload("one", make.portrait() + b"")
    assert other.status_code == 201
    refused = upload("one", b"something else")
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")
    assert upload("one", person=admin).status_code == 201
    assert character.sources.count() == 2


def test_a_refused_request_leaves_its_key_free(upload):
    assert upload("one", b"no image").status_code == 400
    assert IdempotencyKey.objects.count() == 0
    assert upload("one").status_code == 201


def test_a_request_that_still_runs_is_told_and_a_dead_one_is_forgotten(upload, creator):
    upload("one")
    rows = IdempotencyKey.objects.all()
    rows.update(status=None, answer="")
    busy = upload("one")
    assert (busy.status_code, busy.json()["code"]) == (409, "request_in_progress")
    rows.update(created_at=Now() - timedelta(minutes=6))
    assert upload("one").status_code == 201


def test_a_key_is_kept_a_day(upload, character):
    upload("one")
    IdempotencyKey.objects.update(created_at=Now() - timedelta(days=2))
    upload("one")
    assert character.sources.count() == 2


def test_a_character_is_made_once(api, creator, project):
    body = {"name": "Jane", "project": project.pk}
    for _ in range(2):
        made = api(creator).post("/api/v1/characters", body, headers={"Idempotency-Key": "k"})
        assert made.status_code == 201
    assert Character.objects.count() == 1


def lose_the_project(creator, project):
    project.memberships.filter(user=creator).delete()


def become_a_reviewer(creator, project):
    creator.groups.set(Group.objects.filter(name=REVIEWER))


def lose_the_permission(creator, project):
    creator.user_permissions.clear()


def get_another_rule(creator, project):
    Project.objects.filter(pk=project.pk).update(reviewers_can_export=True)


@pytest.mark.parametrize(
    "change", [lose_the_project, become_a_reviewer, lose_the_permission, get_another_rule]
)
def test_what_was_answered_is_not_told_again_once_the_rights_have_changed(
    api, creator, project, change
):
    body, headers = {"name": "Jane", "project": project.pk}, {"Idempotency-Key": "k"}
    rated.permit(creator)

    def make_jane(**headers):
        person = User.objects.get(pk=creator.pk)
        return api(person).post("/api/v1/characters", body, headers=headers)

    assert make_jane(**headers).status_code == make_jane(**headers).status_code == 201
    change(creator, project)
    refused = make_jane(**headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")
    assert "Jane" not in refused.content.decode()
    assert Character.objects.count() == 1


def test_the_secret_of_an_answer_is_not_kept(api, admin):
    body = {"name": "Lamp", "url": "https://1.1.1.1/hook", "events": ["job.finished"]}
    first, again = (
        api(admin).post("/api/v1/webhooks", body, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )
    secret = first.json()["secret"]
    assert secret not in IdempotencyKey.objects.get().answer
    assert "secret" not in again.json()
    assert again.json()["id"] == first.json()["id"]


@pytest.mark.parametrize("key", ["k" * 121, "a\0b"])
def test_a_key_that_is_none_is_refused_and_nothing_is_done(upload, character, key):
    answer = upload(key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["errors"]) == {"Idempotency-Key"}
    assert character.sources.count() == 0


def test_a_key_of_a_request_stands_for_all_that_was_wished(api, creator, character):
    make.ready(creator, character)
    url = f"/api/v1/characters/{character.pk}/variants/generate"
    wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk, "prompt": "in red"}

    def ask(**changed):
        return api(creator).post(url, {**wish, **changed}, headers={"Idempotency-Key": "k"})

    first = ask()
    assert (first.status_code, ask().json()) == (202, first.json())
    for changed in ({"prompt": "in blue"}, {"negative_prompt": "x"}, {"seed": 7}, {"outfit": "x"}):
        refused = ask(**changed)
        assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")


def test_every_value_of_a_form_counts(api, creator, character):
    make.ready(creator, character)
    first, second, third = (row.pk for row in make.generated(creator, character, 3))

    def export(*ids):
        form = "&".join(f"variant_ids={pk}" for pk in ids)
        kind, headers = "application/x-www-form-urlencoded", {"Idempotency-Key": "k"}
        url = "/api/v1/variants/export-batch"
        return api(creator).generic("POST", url, form, content_type=kind, headers=headers)

    answer = export(first, third)
    assert answer.status_code in (200, 201), answer.content
    assert export(first, third).json() == answer.json()
    refused = export(second, third)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")
