"""The inpainting page: what it offers, what it answers to htmx and to a plain form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import make, make_masks
from variants import inpainting
from variants.inpainting import Edit
from variants.masking import GivenMask
from variants.masks import ImageMask
from variants.models import ImageVariant

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def variant(creator, character):
    make.ready(creator, character)
    (made,) = make.generated(creator, character, 1)
    return made


def file(**drawn):
    return SimpleUploadedFile("mask.png", make_masks.png(**drawn), "image/png")


def test_a_painted_mask_asks_for_candidates_and_leads_to_them(page, creator, variant):
    answer = page(creator).post(
        f"/variants/{variant.pk}/inpaint/",
        {"prompt": "a scarf", "count": 2, "mask": file(), "idempotency_key": "once"},
        headers=HTMX,
    )
    assert answer.headers["HX-Redirect"] == f"/characters/{variant.character_id}/?type=clothed"
    rows = ImageVariant.objects.filter(edit_type="inpaint")
    assert [row.edit_prompt for row in rows] == ["a scarf"] * 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "paint over what is to change"),
        ({"mask": "empty"}, "The mask is empty"),
        ({"mask": "size"}, "Send a mask of the image"),
        ({"mask_id": 999_999}, "no such mask"),
        ({"mask": "fine", "prompt": ""}, "This field is required"),
        ({"mask": "fine", "count": 65}, "less than or equal to 64"),
    ],
)
def test_a_refusal_is_the_forms_fields_with_its_sentence(page, creator, variant, said, sentence):
    files = {"empty": file(level=0), "size": file(size=(100, 100)), "fine": file()}
    body = {"prompt": "a scarf", "count": 1, **said}
    if "mask" in body:
        body["mask"] = files[body["mask"]]
    client = page(creator)
    answer = client.post(f"/variants/{variant.pk}/inpaint/", body, headers=HTMX)
    html = answer.content.decode()
    assert 400 <= answer.status_code < 500
    assert html.lstrip().startswith('<div id="inpaint-fields"')
    assert sentence in html
    assert not ImageVariant.objects.filter(edit_type="inpaint").exists()


def test_stored_masks_are_offered_for_their_own_image_only(page, creator, variant):
    given = GivenMask(make_masks.png())
    inpainting.inpaint(creator, variant, Edit("a scarf", given))
    mask = ImageMask.objects.get()
    client = page(creator)
    assert f'data-mask="/media/masks/{mask.pk}/display/"' in shown(client, f"variants/{variant.pk}")
    assert "data-mask=" not in shown(client, f"sources/{variant.source_image_id}")


def shown(client, image):
    answer = client.get(f"/{image}/inpaint/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_more_of_an_edit_is_the_same_edit_again(page, creator, variant):
    given = GivenMask(make_masks.png())
    (edit,) = inpainting.inpaint(creator, variant, Edit("a scarf", given)).variants
    assert page(creator).post(f"/variants/{edit.pk}/more/").status_code == 302
    newest = ImageVariant.objects.first()
    assert (newest.mask, newest.parent_variant, newest.version) == (edit.mask, variant, 3)


def test_an_image_id_leads_to_its_page(page, creator, variant):
    client = page(creator)
    for opaque, path in (
        (f"v-{variant.pk}", f"/variants/{variant.pk}/inpaint/"),
        (f"s-{variant.source_image_id}", f"/sources/{variant.source_image_id}/inpaint/"),
    ):
        assert client.get(f"/inpaint/{opaque}/").url == path
    assert client.get("/inpaint/x-1/").status_code == 404
