"""Uploading a source image by API: one field, every refusal with its code, nothing left behind."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEvent
from characters.models import SourceImage
from tests import make
from tests import make_pictures as pictures


def file(data, name="portrait.png"):
    return SimpleUploadedFile(name, data, "application/octet-stream")


def send(client, character, body, alias="source-image"):
    return client.post(f"/api/v1/characters/{character.pk}/{alias}", body, format="multipart")


REFUSED = {
    "no file": ({}, "no_file"),
    "a field": ({"file": "text"}, "no_file"),
    "another field": ({"image": ("x.png", b"x")}, "no_file"),
    "empty": ({"file": ("x.png", b"")}, "empty"),
    "an extension": ({"file": ("x.exe", pictures.good())}, "bad_extension"),
    "a name that lies": ({"file": ("x.jpg", pictures.good())}, "type_mismatch"),
    "text": ({"file": ("x.png", b"hello " * 50)}, "not_allowed_format"),
    "a cut file": ({"file": ("x.png", pictures.good()[:-300])}, "decode_failed"),
    "a tail": ({"file": ("x.png", pictures.good() + b"PK\x03\x04" * 9)}, "trailing_data"),
    "small": ({"file": ("x.png", pictures.good(width=63, height=80))}, "too_small"),
    "narrow": ({"file": ("x.png", pictures.good(width=1000, height=70))}, "extreme_aspect"),
    "animated": ({"file": ("x.png", pictures.apng(3))}, "animated"),
    "pixels": ({"file": ("x.png", pictures.flat_png(9000, 6000))}, "too_many_pixels"),
    "bytes": ({"file": ("x.png", pictures.good() + bytes(10 * 2**20))}, "too_large"),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_has_its_code_and_leaves_nothing(api, creator, character, own_media, body, code):
    parts = {k: file(v[1], v[0]) if isinstance(v, tuple) else v for k, v in body.items()}
    answer = send(api(creator), character, parts)
    assert answer.status_code == 400
    error = answer.json()
    assert error["code"] == code
    assert error["field"] == "file"
    assert error["errors"] == {"file": [error["detail"]]}
    assert len(error["detail"]) > 20
    assert not SourceImage.objects.exists()
    assert not own_media.exists() or not [f for f in own_media.rglob("*") if f.is_file()]
    character.refresh_from_db()
    assert (character.current_source_id, character.baseline.label) == (None, "pending_upload")


@pytest.mark.parametrize("alias", ["source-image", "seed-image/upload", "source-image/"])
def test_an_upload_answers_what_was_stored(api, creator, character, alias):
    answer = send(api(creator), character, {"file": file(make.portrait())}, alias)
    assert answer.status_code == 201
    body = answer.json()
    source = SourceImage.objects.get()
    assert body["id"] == source.pk
    assert (body["version"], body["base_image_status"]) == (1, "draft")
    assert (body["width"], body["height"], body["format"]) == (512, 512, "png")
    assert body["file_size_bytes"] == len(make.portrait())
    assert body["jobs"] == {"qa": source.qa_job_id, "embedding": source.embedding_job_id}
    assert body["original_name"] == "portrait.png"
    assert set(body["thumbnails"]) == {"w256", "w512", "w1280"}
    for url in (body["display_url"], *body["thumbnails"].values()):
        assert api(creator).get(url).status_code == 200
    for job in body["jobs"].values():
        assert api(creator).get(f"/api/v1/jobs/{job}").json()["status"] == "queued"


def test_another_upload_is_the_next_version_and_the_current_one(api, creator, character):
    client = api(creator)
    first = send(client, character, {"file": file(make.portrait())}).json()
    second = send(client, character, {"file": file(pictures.good(), "x.png")}).json()
    assert (first["version"], second["version"]) == (1, 2)
    base = f"/api/v1/characters/{character.pk}/source-image"
    assert client.get(base).json()["id"] == second["id"]
    history = client.get(f"{base}/history").json()["results"]
    assert [row["id"] for row in history] == [second["id"], first["id"]]
    assert client.get(first["display_url"]).status_code == 200, "the earlier one stays"


def test_the_same_file_twice_is_two_versions_of_one_stored_file(api, creator, character, own_media):
    for _ in range(2):
        assert send(api(creator), character, {"file": file(make.portrait())}).status_code == 201
    rows = SourceImage.objects.all()
    assert len({row.file_path for row in rows}) == 1
    assert len([f for f in own_media.rglob("*") if f.is_file()]) == 5


def test_an_approved_baseline_takes_no_other_image(api, creator, character):
    make.ready(creator, character)
    answer = send(api(creator), character, {"file": file(make.portrait())})
    assert (answer.status_code, answer.json()["code"]) == (409, "appearance_locked")
    assert SourceImage.objects.count() == 1


def test_an_archived_character_takes_none(api, creator, character):
    api(creator).delete(f"/api/v1/characters/{character.pk}")
    answer = send(api(creator), character, {"file": file(make.portrait())})
    assert (answer.status_code, answer.json()["code"]) == (409, "archived")


def test_who_is_no_member_learns_nothing_of_the_character(api, outsider, character):
    seen = [
        send(api(outsider), found, {"file": file(b"")})
        for found in (character, type(character)(pk=10**6))
    ]
    assert [answer.status_code for answer in seen] == [404, 404]
    assert seen[0].content == seen[1].content
    assert not AuditEvent.objects.filter(verb="source.refused").exists()


@pytest.mark.parametrize(
    ("kind", "status"), [("json", 400), ("application/octet-stream", 415), ("image/png", 415)]
)
def test_bytes_that_come_another_way(api, creator, character, kind, status):
    client, url = api(creator), f"/api/v1/characters/{character.pk}/source-image"
    if kind == "json":
        answer = client.post(url, {"file": "aGVsbG8="}, format="json")
        assert answer.json()["code"] == "no_file"
    else:
        answer = client.generic("POST", url, make.portrait(), content_type=kind)
    assert answer.status_code == status
    assert not SourceImage.objects.exists()


def test_before_the_first_upload_there_is_no_image(api, creator, character):
    client, base = api(creator), f"/api/v1/characters/{character.pk}/source-image"
    assert client.get(base).json()["code"] == "not_found"
    assert client.get(f"{base}/history").json() == {"results": [], "next": None}
    assert client.post(f"{base}/rerun-qa").status_code == 404
    answer = client.post(f"/api/v1/characters/{character.pk}/seed-image/approve")
    assert (answer.status_code, answer.json()["code"]) == (400, "no_base_image")
