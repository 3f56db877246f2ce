"""When the database does not answer, page and API say so in a sentence, and nothing is doubled."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characters.models import SourceImage
from studio.lib.fault_points import arm
from tests import make


@pytest.fixture(autouse=True)
def disarmed():
    yield
    arm("")


def file():
    return {"file": SimpleUploadedFile("portrait.png", make.portrait(), "image/png")}


def test_an_upload_by_api_is_answered_and_leaves_no_row(committed, api, creator, character):
    url = f"/api/v1/characters/{character.pk}/source-image"
    arm("receiving.written:database_error")
    answer = api(creator).post(url, file(), format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
    assert "try again" in answer.json()["detail"]
    assert not SourceImage.objects.exists()
    assert api(creator).post(url, file(), format="multipart").status_code == 201


def test_an_upload_by_page_is_answered_in_the_page(committed, page, creator, character):
    arm("receiving.written:database_error")
    answer = page(creator).post(f"/characters/{character.pk}/source/", file())
    assert answer.status_code == 503
    assert "The database was busy or away" in answer.content.decode()
    assert not SourceImage.objects.exists()
