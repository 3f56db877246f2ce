"""What is said of files before they are sent: the sentences of the validator, who has them."""

import base64
import hashlib

import pytest

from characters.uploads import Upload
from studio.lib import pictures
from studio.lib.pictures import ImageRefused, Limits
from tests import make, make_pictures
from variants import importing, quarantining, trashing

pytestmark = pytest.mark.django_db
GOOD = make_pictures.good()
HEAD = 1024


@pytest.fixture
def ask(api, creator, project):
    def ask(*files, purpose="source", person=creator, where=project):
        body = {"purpose": purpose, "files": list(files)}
        return api(person).post(f"/api/v1/projects/{where.pk}/uploads/look", body)

    return ask


def offered(name, data, **more):
    head = base64.b64encode(data[:HEAD]).decode()
    digest = hashlib.sha256(data).hexdigest()
    return {"name": name, "size": len(data), "head": head, "sha256": digest, **more}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.png", b""),
        ("x.exe", GOOD),
        ("x.jpg", GOOD),
        ("x.png", b"hello " * 50),
        ("x.gif", b"GIF89a" + bytes(90)),
        ("x.png", GOOD + bytes(10 * 2**20)),
        ("x.png", make_pictures.good(width=63, height=80)),
        ("x.png", make_pictures.flat_png(9000, 6000)),
        ("x.png", make_pictures.good(width=1000, height=70)),
    ],
)
def test_the_sentence_is_the_one_that_the_upload_would_have(ask, name, data):
    with pytest.raises(ImageRefused) as refused:
        pictures.vet(data, name, Limits())
    size = {}
    if data.startswith(b"\x89PNG"):
        width, height = (int.from_bytes(data[at : at + 4]) for at in (16, 20))
        size = {"width": width, "height": height}
    (said,) = ask(offered(name, data, **size)).json()["files"]
    assert (said["code"], said["detail"]) == (refused.value.code, refused.value.sentence)


def test_a_good_file_has_nothing_against_it_and_nothing_is_kept(ask):
    (said,) = ask(offered("x.png", GOOD, width=160, height=120)).json()["files"]
    assert said == {"code": "", "detail": "", "known": None, "upload": None, "offset": 0}
    assert not Upload.objects.exists()


def test_each_purpose_has_its_own_largest_size(ask):
    large = {"name": "x.png", "size": 20 * 2**20}
    assert ask(large).json()["files"][0]["code"] == "too_large"
    assert ask(large, purpose="variant").json()["files"][0]["code"] == ""


def test_an_image_that_is_here_is_named(ask, creator, character):
    make.source(creator, character, GOOD)
    one, other = ask(offered("x.png", GOOD), offered("y.png", GOOD + b"\0")).json()["files"]
    assert one["known"] == {
        "words": f"Source v1 of {character.name}",
        "url": character.get_absolute_url(),
    }
    assert other["known"] is None


def test_an_image_of_another_project_is_not_told(ask, admin, character):
    elsewhere = make.character(admin, make.project(admin, "Southlight"))
    make.source(admin, elsewhere, GOOD)
    assert ask(offered("x.png", GOOD)).json()["files"][0]["known"] is None
    assert ask(offered("x.png", GOOD), where=elsewhere.project).status_code == 404
    asked = ask(offered("x.png", GOOD), person=admin, where=elsewhere.project)
    assert asked.json()["files"][0]["known"]["url"] == elsewhere.get_absolute_url()


def test_a_withheld_one_is_named_as_lists_name_it_and_one_in_the_trash_is_not(
    ask, admin, creator, character
):
    make.ready(creator, character)
    upload = importing.Upload(GOOD, "x.png", Limits())
    made = importing.upload_variant(creator, character, upload, "clothed")
    quarantining.quarantine(admin, made, "A takedown request")
    for person in (creator, admin):
        known = ask(offered("x.png", GOOD), person=person).json()["files"][0]["known"]
        assert known["words"] == f"Candidate {made.pk} of {character.name}"
    trashing.trash(admin, made)
    assert ask(offered("x.png", GOOD)).json()["files"][0]["known"] is None


def test_an_unfinished_upload_of_mine_is_told_with_its_offset(ask, api, creator, admin, project):
    begun = {"purpose": "source", "name": "x", "size": len(GOOD)}
    begun["sha256"] = hashlib.sha256(GOOD).hexdigest()
    number = api(creator).post(f"/api/v1/projects/{project.pk}/uploads", begun).json()["id"]
    Upload.objects.update(received_bytes=7)
    said = ask(offered("x.png", GOOD)).json()["files"][0]
    assert (said["upload"], said["offset"]) == (number, 7)
    assert ask(offered("x.png", GOOD), person=admin).json()["files"][0]["upload"] is None


@pytest.mark.parametrize(
    "file",
    [
        {"size": 1},
        {"name": "x", "size": -1},
        {"name": "x", "size": 1, "head": "not base64!"},
        {"name": "x", "size": 1, "head": "QUFB" * 3000},
        {"name": "x", "size": 1, "sha256": "x"},
        {"name": "x", "size": 1, "width": 0, "height": 1},
        "text",
    ],
)
def test_what_is_no_file_is_refused(ask, file):
    assert ask(file).status_code == 400


def test_more_than_a_hundred_at_once_are_refused(ask):
    assert ask(*[{"name": "x", "size": 1}] * 101).status_code == 400
