"""Fields that are not a person's to set are ignored, wherever they are sent."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characters.models import Character, SourceImage
from people.models import Project
from tests import make
from tests.people.asking import signed_in
from tests.people.world import quick_validator
from variants.models import ImageVariant, VariantStatus

FORGED = {
    "id": 4711,
    "pk": 4711,
    "is_hero": True,
    "status": "approved",
    "status_id": 5,
    "sha256": "0" * 64,
    "file_path": "/etc/passwd",
    "project_id": 2,
    "content_rating": 3,
    "content_rating_id": 3,
    "baseline_status": 3,
    "baseline_status_id": 3,
    "base_image_status": "approved",
    "appearance_locked": True,
    "current_source": 1,
    "current_source_id": 1,
    "created_by": 1,
    "created_by_id": 1,
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "archived_at": "2001-01-01T00:00:00Z",
    "deleted_at": "2001-01-01T00:00:00Z",
    "adult_allowed": True,
    "library_db_id": "a" * 24,
    "version": 99,
    "revision": 99,
    "provenance": "manual_upload",
    "origin": "openai",
    "likeness": 1.0,
    "character": 2,
    "character_id": 2,
    "job": 1,
    "seed_of": 1,
    "members": [1],
    "asked_by": 1,
}


def row_of(model, pk):
    return model.objects.filter(pk=pk).values().get()


@pytest.mark.parametrize("kind", ["json", "form"])
def test_editing_a_character_sets_only_what_is_described(cast, kind):
    pk = cast.ours.draft.pk
    before = row_of(Character, pk)
    if kind == "json":
        url = f"/api/v1/characters/{pk}"
        answer = signed_in(cast.creator, api=True).patch(url, {**FORGED, "notes": "kept"})
        assert answer.status_code == 200, answer.json()
    else:
        page = signed_in(cast.creator, api=False)
        data = {**FORGED, "name": "Joan", "depicts": "fictional", "age_basis": "unknown"}
        data["notes"] = "kept"
        assert page.post(f"/characters/{pk}/edit/", data).status_code == 302
    after = row_of(Character, pk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"notes", "updated_at"}
    assert after["updated_at"] > datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["json", "form"])
def test_a_new_character_starts_without_an_image_and_belongs_to_its_maker(cast, kind):
    project = cast.ours.project.pk
    body = {**FORGED, "name": "Judy", "depicts": "fictional", "age_basis": "unknown"}
    if kind == "json":
        answer = signed_in(cast.creator, api=True).post(
            "/api/v1/characters", {**body, "project": project}
        )
        assert answer.status_code == 201, answer.json()
    else:
        page = signed_in(cast.creator, api=False)
        assert page.post(f"/projects/{project}/characters/new/", body).status_code == 302
    made = Character.objects.get(name="Judy")
    assert made.pk != 4711
    assert (made.project_id, made.created_by) == (project, cast.creator)
    assert (made.baseline.label, made.current_source_id) == ("pending_upload", None)
    assert made.archived_at is None
    assert made.adult_allowed is False
    assert made.library_db_id == ""
    assert made.created_at.year > 2020


@pytest.mark.parametrize("way", ["api", "page"])
def test_an_upload_says_nothing_but_its_bytes(cast, way):
    draft = cast.ours.draft
    file = SimpleUploadedFile("../../x/portrait.png", make.portrait(), "text/html")
    body = {**FORGED, "file": file}
    with quick_validator():
        if way == "api":
            url = f"/api/v1/characters/{draft.pk}/source-image"
            answer = signed_in(cast.creator, api=True).post(url, body, format="multipart")
            assert answer.status_code == 201, answer.json()
        else:
            page = signed_in(cast.creator, api=False)
            assert page.post(f"/characters/{draft.pk}/source/", body).status_code == 302
    made = SourceImage.objects.latest("pk")
    assert made.character_id == draft.pk
    assert made.created_by == cast.creator
    assert made.version == 2
    assert made.origin == "upload"
    assert made.content_rating_id == 1
    assert made.file_path == f"source/{draft.pk}/{made.sha256}.png"
    assert made.sha256 != "0" * 64
    assert made.original_name == "portrait.png"


def test_asking_for_variants_makes_pending_ones_without_a_file(cast):
    wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk, "count": 1}
    client = signed_in(cast.creator, api=True)
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants/generate"
    answer = client.post(url, {**FORGED, **wish})
    assert answer.status_code == 202, answer.json()
    made = ImageVariant.objects.get(pk=answer.json()["variant_ids"][0])
    assert made.state is VariantStatus.PENDING
    assert (made.is_hero, made.has_file, made.file_path) == (False, False, None)
    assert (made.provenance, made.version, made.revision) == ("generated", 1, 1)
    assert (made.character_id, made.created_by) == (cast.ours.ready.pk, cast.creator)
    assert made.content_rating_id == 1


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_decision_decides_and_nothing_else(cast, verb):
    variant = cast.ours.candidate
    before = row_of(ImageVariant, variant.pk)
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants/{variant.pk}/{verb}"
    answer = signed_in(cast.creator, api=True).post(url, FORGED)
    assert answer.status_code == 200, answer.json()
    after = row_of(ImageVariant, variant.pk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"is_hero"} == {"status_id", "revision", "updated_at"}
    assert after["revision"] == before["revision"] + 1


@pytest.mark.parametrize("way", ["api", "page"])
def test_editing_a_project_sets_name_text_and_flag_only(cast, way):
    pk = cast.ours.project.pk
    before = row_of(Project, pk)
    members = set(cast.ours.project.members.values_list("pk", flat=True))
    body = {**FORGED, "name": "Eastlight", "reviewers_can_approve": True}
    if way == "api":
        answer = signed_in(cast.admin, api=True).patch(f"/api/v1/projects/{pk}", body)
        assert answer.status_code == 200, answer.json()
    else:
        page = signed_in(cast.admin, api=False)
        assert page.post(f"/projects/{pk}/edit/", body).status_code == 302
    after = row_of(Project, pk)
    assert {name for name in after if after[name] != before[name]} == {"name", "updated_at"}
    assert set(cast.ours.project.members.values_list("pk", flat=True)) == members
