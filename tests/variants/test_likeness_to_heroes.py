"""A variant's likeness to its character's heroes, on its page and over the API, by one model."""

import pytest

from qa.inspection import open_report
from qa.models import EmbeddingModel
from tests import make
from tests.faces import give_face, vector
from variants import reviewing
from variants.models import ImageVariant


@pytest.fixture
def three(creator, character):
    """A hero of each of two types, and a candidate, with faces in one line."""
    owner = make.ready(creator, character)
    made = make.generated(creator, owner, 3)
    ImageVariant.objects.filter(pk=made[1].pk).update(variant_type_id="formal")
    for variant, place in zip(made, (0.0, 0.6, 0.12), strict=True):
        variant.refresh_from_db()
        variant.qa_report = open_report(owner.project_id, "variant")
        variant.save(update_fields=["qa_report"])
        give_face(variant, vector(place), likeness=0.9)
    for hero in made[:2]:
        reviewing.approve(creator, hero)
    return made


def detail(client, variant):
    return client.get(f"/api/v1/characters/{variant.character_id}/variants/{variant.pk}").json()


def test_the_api_says_how_like_it_is_to_each_hero_and_by_which_model(reviewer, three, api):
    body = detail(api(reviewer), three[2])
    assert (body["likeness"], body["likeness_band"]) == (0.9, "match")
    assert (body["likeness_model"], body["likeness_model_version"]) == ("dlib-resnet", "v1-mtcnn5")
    told = [
        (one["variant"], one["likeness"], one["likeness_band"])
        for one in body["likeness_to_heroes"]
    ]
    assert told == [
        (three[0].pk, pytest.approx(0.9), "match"),
        (three[1].pk, pytest.approx(0.6), "match"),
    ]
    own = detail(api(reviewer), three[0])["likeness_to_heroes"]
    assert [one["variant"] for one in own] == [three[1].pk]  # not to itself


def test_heroes_that_another_model_has_read_are_not_compared(reviewer, three, api):
    other = EmbeddingModel.objects.get(name="facenet-vggface2")
    three[1].embedding.delete()
    give_face(three[1], vector(0.1, dimensions=other.dimensions), other)
    body = detail(api(reviewer), three[2])
    assert [one["variant"] for one in body["likeness_to_heroes"]] == [three[0].pk]


def test_without_a_face_nothing_is_measured(reviewer, three, api, page):
    ImageVariant.objects.filter(pk=three[2].pk).update(
        embedding=None, likeness=None, qa_report=None
    )
    body = detail(api(reviewer), three[2])
    assert (body["likeness"], body["likeness_band"], body["likeness_model"]) == (None, None, None)
    assert body["likeness_to_heroes"] == []
    html = page(reviewer).get(f"/variants/{three[2].pk}/").content.decode()
    assert "Not measured" in html


def test_the_review_page_lists_them_with_their_bands_and_numbers(reviewer, three, page):
    html = page(reviewer).get(f"/variants/{three[2].pk}/").content.decode()
    assert "Likeness to the heroes" in html
    assert f'href="/variants/{three[0].pk}/"' in html
    assert "0.60" in html
    assert "By dlib-resnet v1-mtcnn5" in html
