"""A file in parts: it goes on where it ended, is its owner's alone, and is received once."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from audit.models import AuditEvent
from characters import arriving
from characters.models import SourceImage
from characters.uploads import Upload, UploadPart
from people.parsers import Octets
from studio import orphans
from tests import make, make_pictures
from variants.models import ImageVariant

pytestmark = pytest.mark.django_db
PICTURE = make_pictures.good(width=200, height=160)
HALF = len(PICTURE) // 2


@pytest.fixture
def maker(api, creator):
    return api(creator)


@pytest.fixture
def begin(maker, project):
    def begin(data=PICTURE, purpose="source", **changed):
        said = {"purpose": purpose, "name": "a.png", "size": len(data)}
        said |= {"sha256": hashlib.sha256(data).hexdigest(), **changed}
        return maker.post(f"/api/v1/projects/{project.pk}/uploads", said)

    return begin


def send(client, number, offset, data):
    return client.patch(
        f"/api/v1/uploads/{number}",
        data,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def take(client, character, number):
    path = f"/api/v1/characters/{character.pk}/source-image"
    return client.post(path, {"upload": number}, format="multipart")


def refused(answer):
    return answer.status_code, answer.json()["code"]


def stored():
    """The names of all files of uploads."""
    try:
        folders, _ = default_storage.listdir("uploads")
    except FileNotFoundError:
        return []
    return [name for folder in folders for name in default_storage.listdir(f"uploads/{folder}")[1]]


def test_parts_become_the_source_image_and_are_gone(maker, begin, character):
    made = begin()
    assert made.status_code == 201, made.json()
    number = made.json()["id"]
    assert made.json()["offset"] == 0
    assert send(maker, number, 0, PICTURE[:HALF]).json()["offset"] == HALF
    assert send(maker, number, HALF, PICTURE[HALF:]).json()["offset"] == len(PICTURE)
    assert len(stored()) == 2
    answer = take(maker, character, number)
    assert answer.status_code == 201, answer.json()
    source = SourceImage.objects.get()
    assert source.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert source.original_name == "a.png"
    assert AuditEvent.objects.filter(verb="source.upload").count() == 1
    assert not Upload.objects.exists()
    assert not UploadPart.objects.exists()
    assert stored() == []


def test_the_same_file_announced_again_goes_on_where_it_ended(maker, begin):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE[:HALF])
    again = begin(name="renamed.png").json()
    assert (again["id"], again["offset"]) == (number, HALF)
    listed = maker.get("/api/v1/uploads").json()["results"]
    assert [(row["id"], row["offset"]) for row in listed] == [(number, HALF)]


def test_a_variant_and_a_returned_edit_come_in_parts_too(maker, begin, creator, character):
    make.ready(creator, character)
    (made,) = make.generated(creator, character, 1)
    doors = f"/api/v1/characters/{character.pk}/variants"
    for seed, (path, more) in enumerate(
        [(doors, {"variant_type": "clothed"}), (f"{doors}/{made.pk}/reimport", {"keep_size": "1"})]
    ):
        data = make_pictures.good(seed=seed + 7)
        number = begin(data, "variant").json()["id"]
        send(maker, number, 0, data)
        answer = maker.post(path, {"upload": number, **more}, format="multipart")
        assert answer.status_code == 201, answer.json()
        digest = hashlib.sha256(data).hexdigest()
        assert ImageVariant.objects.filter(sha256=digest).count() == 1
    assert not Upload.objects.exists()


def test_a_file_of_a_folder_comes_in_parts_too(maker, begin, project):
    entry = {"path": "Jane/ref.png", "size": len(PICTURE)}
    plan = maker.post(f"/api/v1/projects/{project.pk}/imports", {"entries": [entry]}).json()
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE)
    body = {"path": "Jane/ref.png", "upload": number}
    answer = maker.post(f"/api/v1/imports/{plan['id']}/files", body, format="multipart")
    assert (answer.status_code, answer.json()["status"]) == (201, "done")


def test_another_persons_upload_is_not_there(maker, begin, api, admin, character):
    number = begin().json()["id"]
    other = api(admin)
    assert refused(other.get(f"/api/v1/uploads/{number}")) == (404, "not_found")
    assert refused(send(other, number, 0, PICTURE)) == (404, "not_found")
    assert refused(take(other, character, number)) == (404, "not_found")
    assert other.delete(f"/api/v1/uploads/{number}").status_code == 404
    assert other.get("/api/v1/uploads").json()["results"] == []
    assert Upload.objects.get().received_bytes == 0


@pytest.mark.parametrize("offset", [0, HALF + 1, len(PICTURE)])
def test_a_part_that_does_not_follow_is_refused_with_the_right_offset(maker, begin, offset):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE[:HALF])
    answer = send(maker, number, offset, PICTURE[HALF:])
    assert refused(answer) == (409, "wrong_offset")
    assert answer.json()["offset"] == HALF
    assert Upload.objects.get().received_bytes == HALF
    assert len(stored()) == 1


def test_more_than_was_announced_is_refused(maker, begin):
    number = begin().json()["id"]
    assert refused(send(maker, number, 0, PICTURE + b"x")) == (409, "wrong_offset")
    assert stored() == []


def test_a_part_without_offset_and_one_that_is_too_large_are_refused(maker, begin):
    number = begin(bytes(3 * Octets.LONGEST)).json()["id"]
    answer = maker.patch(f"/api/v1/uploads/{number}", b"x", content_type="application/octet-stream")
    assert refused(answer) == (400, "bad_query")
    answer = send(maker, number, 0, bytes(Octets.LONGEST + 1))
    assert refused(answer) == (413, "part_too_large")
    assert stored() == []


def test_a_part_as_json_is_refused(maker, begin):
    number = begin().json()["id"]
    at = {"Upload-Offset": "0"}
    answer = maker.patch(f"/api/v1/uploads/{number}", {"octets": "x"}, headers=at)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("size", "purpose", "code"),
    [
        (0, "source", "empty"),
        (10 * 2**20 + 1, "source", "too_large"),
        (60 * 2**20 + 1, "variant", "too_large"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_stored(begin, size, purpose, code):
    assert refused(begin(size=size, purpose=purpose)) == (400, code)
    assert not Upload.objects.exists()


def test_the_unfinished_ones_of_a_person_are_capped_together(begin, settings):
    settings.MAX_UPLOADING_BYTES = len(PICTURE) + 10
    assert begin().status_code == 201
    assert begin().status_code == 201, "the same one goes on"
    assert refused(begin(bytes(11))) == (409, "too_many_uploads")


def test_one_that_is_not_here_completely_is_not_taken(maker, begin, character):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE[:HALF])
    answer = take(maker, character, number)
    assert refused(answer) == (409, "upload_unfinished")
    assert answer.json()["offset"] == HALF
    assert send(maker, number, HALF, PICTURE[HALF:]).status_code == 200


def test_a_file_that_is_not_the_announced_one_is_refused_and_forgotten(maker, begin, character):
    number = begin(sha256="0" * 64).json()["id"]
    send(maker, number, 0, PICTURE)
    assert refused(take(maker, character, number)) == (400, "hash_mismatch")
    assert not SourceImage.objects.exists()
    assert not Upload.objects.exists()
    assert stored() == []


def test_a_file_is_received_once(maker, begin, character):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE)
    assert take(maker, character, number).status_code == 201
    assert take(maker, character, number).status_code == 404
    assert SourceImage.objects.count() == 1


def test_a_key_answers_again_what_became_of_it(maker, begin, character):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE)
    maker.credentials(HTTP_IDEMPOTENCY_KEY="once")
    first = take(maker, character, number)
    again = take(maker, character, number)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


def test_one_that_is_being_received_is_neither_sent_nor_taken_again(maker, begin, character):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE)
    Upload.objects.update(taken_at=Now())
    assert refused(take(maker, character, number)) == (409, "upload_taken")
    assert refused(send(maker, number, 0, PICTURE)) == (409, "upload_taken")
    assert begin().json()["id"] != number, "the file can be sent anew"


def test_one_that_is_refused_by_the_validator_is_forgotten(maker, begin, character):
    text = b"no picture at all " * 20
    number = begin(text).json()["id"]
    send(maker, number, 0, text)
    assert refused(take(maker, character, number)) == (400, "not_allowed_format")
    assert not Upload.objects.exists()


def test_one_that_the_character_does_not_take_now_waits(maker, begin, creator, character):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE)
    make.approved(creator, character)
    assert refused(take(maker, character, number)) == (409, "appearance_locked")
    assert Upload.objects.get().taken_at is None
    assert len(stored()) == 1


def test_an_expired_one_is_refused_and_swept(maker, begin, character):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE)
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert refused(take(maker, character, number)) == (410, "upload_expired")
    assert refused(send(maker, number, 0, PICTURE)) == (410, "upload_expired")
    assert maker.get("/api/v1/uploads").json()["results"] == []
    arriving.drop_expired()
    assert not Upload.objects.exists()
    assert stored() == []


def test_a_discarded_one_leaves_nothing(maker, begin):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE[:HALF])
    assert maker.delete(f"/api/v1/uploads/{number}").status_code == 204
    assert stored() == []
    assert begin().json()["offset"] == 0


def test_whoever_leaves_the_project_loses_sight_of_it(maker, begin, project, creator):
    number = begin().json()["id"]
    project.memberships.filter(user=creator).delete()
    assert refused(send(maker, number, 0, PICTURE)) == (404, "not_found")


def test_parts_without_a_row_are_swept_when_they_are_old(maker, begin):
    number = begin().json()["id"]
    send(maker, number, 0, PICTURE)
    assert "removed" not in list(orphans.sweep(timedelta(0)))
    Upload.objects.all().delete()
    assert "removed" not in list(orphans.sweep(timedelta(hours=1)))
    assert "removed" in list(orphans.sweep(timedelta(0)))
    assert stored() == []
