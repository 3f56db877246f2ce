"""What two recipes differ in names the mask too, on the page and over the API."""

import pytest

from tests import make, make_masks
from variants import inpainting
from variants.inpainting import Edit
from variants.masking import GivenMask
from variants.models import ImageVariant


@pytest.fixture
def variant(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 1)[0]


def edited(creator, image, box):
    mask = GivenMask(make_masks.png(box=box))
    return inpainting.inpaint(creator, image, Edit(prompt="a scarf", mask=mask)).variants[0]


def differing(client, this, other):
    url = f"/api/v1/characters/{this.character_id}/variants/{this.pk}/recipe-diff?with={other.pk}"
    rows = client.get(url).json()["differences"]
    return {row["parameter"]: (row["this"], row["other"]) for row in rows}


def test_two_edits_with_other_masks_differ_in_the_mask_and_its_coverage(api, creator, variant):
    small = edited(creator, variant, (0, 0, 128, 128))
    large = edited(creator, variant, (0, 0, 256, 256))
    found = differing(api(creator), small, large)
    assert found["mask_sha256"] == (small.mask.sha256, large.mask.sha256)
    assert found["mask_coverage"] == (1 / 16, 1 / 4)
    assert set(found) == {"mask_sha256", "mask_coverage", "seed"}


def test_the_same_mask_is_no_difference_and_none_is_told_as_none(api, creator, variant):
    first, second = (edited(creator, variant, (0, 0, 128, 128)) for _ in range(2))
    assert set(differing(api(creator), first, second)) == {"seed"}
    assert differing(api(creator), first, variant)["mask_sha256"] == (first.mask.sha256, None)


def test_the_page_names_it_too(page, creator, variant):
    edit = edited(creator, variant, (0, 0, 128, 128))
    html = page(creator).get(f"/variants/{edit.pk}/compare/?with={variant.pk}").content.decode()
    mask = ImageVariant.objects.get(pk=edit.pk).mask
    assert "mask_sha256" in html
    assert mask.sha256 in html
    assert "mask_coverage" in html
