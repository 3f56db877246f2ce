"""What is ticked in the gallery goes out as one archive, with and without JavaScript."""

import io
import re
import zipfile

import pytest

from tests import make
from variants import reviewing, trashing
from variants.exports import VariantExport
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

HTMX = {"HX-Request": "true"}


@pytest.fixture
def three(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def test_the_gallery_offers_it_to_who_may(page, creator, reviewer, project, three):
    home = three[0].character.get_absolute_url()
    button = f'formaction="{home}export/"'
    assert button in page(creator).get(home).text
    assert button not in page(reviewer).get(home).text
    project.reviewers_can_export = True
    project.save()
    assert button in page(reviewer).get(home).text


def test_by_htmx_the_toast_leads_to_the_archive(page, creator, three):
    browser = page(creator)
    address = f"{three[0].character.get_absolute_url()}export/"
    answer = browser.post(address, {"pick": [row.pk for row in three[:2]]}, headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "refresh")
    assert "2 variants are exported." in answer.text
    link = re.search(r'href="(/exports/zip/[^"]+)"', answer.text).group(1)
    packed = b"".join(browser.get(link).streaming_content)
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert [name.endswith(".json") for name in names] == [False, True, False, True]
    states = [ImageVariant.objects.get(pk=row.pk).state for row in three]
    assert states == [VariantStatus.EDITING, VariantStatus.EDITING, VariantStatus.GENERATED]


def test_without_a_script_the_page_of_edits_has_the_archive(page, creator, three):
    address = f"{three[0].character.get_absolute_url()}export/"
    answer = page(creator).post(address, {"pick": [three[0].pk], "verb": "tag"}, follow=True)
    assert "Download the exported files as a ZIP" in answer.text


def test_one_that_changed_since_it_was_shown_lets_none_out(page, creator, three):
    picks = [f"{row.pk}:{row.revision}" for row in three[:2]]
    reviewing.reject(creator, three[1])
    address = f"{three[0].character.get_absolute_url()}export/"
    answer = page(creator).post(address, {"pick": picks})
    assert answer.status_code == 412
    assert "It changed meanwhile: rejected by" in answer.text
    assert not VariantExport.objects.exists()


def test_one_that_has_gone_lets_none_out(page, creator, three):
    trashing.trash(creator, three[1])
    address = f"{three[0].character.get_absolute_url()}export/"
    body = {"pick": [row.pk for row in three]}
    answer = page(creator).post(address, body)
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "not there any more" in answer.text
    answer = page(creator).post(address, body, headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (404, "none")
    assert not VariantExport.objects.exists()
