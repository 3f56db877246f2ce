"""Adding files to a character by a plain form: variants or a source, as the person chooses."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characters.models import SourceImage
from tests import make, make_pictures
from tests.people.asking import signed_in
from variants.models import ImageVariant
from variants.vocabulary import Provenance


def files(*seeds):
    return [
        SimpleUploadedFile(f"{seed}.png", make_pictures.good(seed=seed), "image/png")
        for seed in seeds
    ]


@pytest.fixture
def send(creator, character):
    def send(*sent, **fields):
        url = f"/characters/{character.pk}/add/"
        return signed_in(creator, api=False).post(url, {"files": list(sent), **fields})

    return send


def test_many_files_become_variants(send, creator, character):
    make.ready(creator, character)
    assert send(*files(1, 2), variant_type="casual").status_code == 302
    made = ImageVariant.objects.filter(provenance=Provenance.MANUAL_UPLOAD)
    assert [row.variant_type_id for row in made] == ["casual", "casual"]


def test_one_file_becomes_the_source(send, character):
    answer = send(*files(3), **{"as": "source"})
    assert answer.status_code == 302, answer.content.decode()
    assert SourceImage.objects.get().character == character


def test_two_files_are_no_source(send):
    answer = send(*files(1, 2), **{"as": "source"})
    assert answer.status_code == 400
    assert "One file alone" in answer.content.decode()
    assert not SourceImage.objects.exists()


def test_each_refused_file_is_named_and_the_others_are_kept(send, creator, character):
    make.ready(creator, character)
    bad = SimpleUploadedFile("bad.png", b"words " * 40, "image/png")
    answer = send(bad, *files(4), variant_type="clothed")
    assert answer.status_code == 400
    assert "bad.png: Invalid file type" in answer.content.decode()
    assert ImageVariant.objects.count() == 1


def test_nothing_chosen_is_told(send):
    answer = send()
    assert "Choose a file first." in answer.content.decode()


def test_a_locked_source_is_told_on_the_form(creator, character):
    make.ready(creator, character)
    html = signed_in(creator, api=False).get(f"/characters/{character.pk}/add/").content.decode()
    assert "so the source image is locked" in html
