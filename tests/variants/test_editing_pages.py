"""Pages of the edit loop, without JavaScript: out, back, versions, compare, uploads by hand."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.lib.files import read
from tests import make
from tests.variants.test_reimporting import edited
from variants import exporting, reviewing, trashing
from variants.exports import VariantExport
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 2)


@pytest.fixture
def browser(page, creator):
    return page(creator)


def file(data, name="edit.png"):
    return SimpleUploadedFile(name, data, "image/png")


def sentence(answer):
    return answer.content.decode()


def test_out_and_back_by_forms_alone(browser, two):
    variant = two[0]
    gone = browser.post(f"/variants/{variant.pk}/export/")
    assert (gone.status_code, gone.url) == (302, f"/variants/{variant.pk}/versions/")
    shown = sentence(browser.get(gone.url))
    row = VariantExport.objects.get()
    assert f"/exports/{row.pk}/file/" in shown
    assert f"/exports/{row.pk}/sidecar/" in shown
    assert "Cancel edit" in shown
    given = browser.get(f"/exports/{row.pk}/file/")
    assert given["Content-Disposition"] == f'attachment; filename="{row.file_name}"'
    assert browser.get(f"/exports/{row.pk}/sidecar/").json()["export"]["sha256"] == row.sha256
    data = edited(given.content)
    back = browser.post(f"/variants/{variant.pk}/reimport/", {"file": file(data)})
    assert back.status_code == 302, sentence(back)
    made = ImageVariant.objects.get(version=2)
    assert back.url == f"/variants/{made.pk}/versions/"
    shown = sentence(browser.get(back.url))
    assert shown.index("v2") < shown.index("v1"), "newest first"
    assert f"/variants/{made.pk}/compare/?with={variant.pk}" in shown


def test_a_refusal_stands_by_the_form_and_offers_what_helps(browser, two):
    variant = two[0]
    address = f"/variants/{variant.pk}/reimport/"
    data = edited(read(variant.file_path), size=(256, 256))
    answer = browser.post(address, {"file": file(data)})
    assert answer.status_code == 409
    assert "Keep the new size anyway" in sentence(answer)
    assert browser.post(address, {"file": file(data), "keep_size": "1"}).status_code == 302
    torn = browser.post(address, {"file": file(b"no picture")})
    assert torn.status_code == 400
    assert 'role="alert"' in sentence(torn)
    assert browser.post(address, {}).status_code == 400


def test_a_dropped_file_that_nothing_matches_offers_the_choices(browser, two, character):
    exporting.export(two[1].created_by, two[1])
    address = f"/characters/{character.pk}/reimport/"
    data = edited(read(two[0].file_path))
    answer = browser.post(address, {"file": file(data)})
    shown = sentence(answer)
    assert answer.status_code == 409
    first, second = (shown.index(f'value="{variant.pk}" required') for variant in (two[1], two[0]))
    assert first < second, "what is out comes first"
    chosen = browser.post(address, {"file": file(data), "variant": str(two[1].pk)})
    assert chosen.status_code == 302
    assert ImageVariant.objects.get(version=2).parent_variant == two[1]


def test_cancelling_and_the_list_of_what_is_out(browser, two, character):
    browser.post(f"/variants/{two[0].pk}/export/")
    address = f"/characters/{character.pk}/editing/"
    assert f"/variants/{two[0].pk}/versions/" in sentence(browser.get(address))
    assert browser.post(f"/variants/{two[0].pk}/cancel-edit/").status_code == 302
    assert "Nothing is out" in sentence(browser.get(address))
    assert browser.post(f"/variants/{two[0].pk}/cancel-edit/").status_code == 409


def test_several_go_out_as_one_archive(browser, two, character):
    address = f"/characters/{character.pk}/export/"
    answer = browser.post(address, {"pick": [two[0].pk, two[1].pk]})
    assert answer.status_code == 302
    ids = ",".join(str(row.pk) for row in VariantExport.objects.order_by("pk"))
    assert f"/exports/zip/?ids={ids.replace(',', '%2C')}" in sentence(browser.get(answer.url))
    packed = b"".join(browser.get(f"/exports/zip/?ids={ids}").streaming_content)
    assert len(zipfile.ZipFile(io.BytesIO(packed)).namelist()) == 4
    assert browser.post(address, {}).status_code == 400


def test_a_variant_made_elsewhere_is_added(browser, two, character):
    address = f"/characters/{character.pk}/upload/"
    data = edited(read(two[0].file_path))
    answer = browser.post(address, {"file": file(data), "variant_type": "casual"})
    made = ImageVariant.objects.get(provenance="manual_upload")
    assert (answer.status_code, answer.url) == (302, f"/variants/{made.pk}/")
    refused = browser.post(address, {"file": file(data), "variant_type": "unheard of"})
    assert refused.status_code == 400
    assert "unheard of" in sentence(refused)


def test_two_variants_are_laid_side_by_side_with_what_differs(browser, two):
    first, second = two
    answer = browser.get(f"/variants/{first.pk}/compare/?with={second.pk}")
    shown = sentence(answer)
    assert answer.status_code == 200
    assert {str(first.seed), str(second.seed)} <= set(re.findall(r"\d+", shown))
    assert ">workflow<" not in shown, "what is equal is not told"
    alone = browser.get(f"/variants/{first.pk}/compare/")
    assert "Nothing to compare with yet" in sentence(alone)
    assert browser.get(f"/variants/{first.pk}/compare/?with=4711").status_code == 404
    for wrong in ("this=4711", "this=x", "with=x"):
        assert browser.get(f"/variants/{first.pk}/compare/?{wrong}").status_code == 404
    turned = browser.get(f"/variants/{first.pk}/compare/?this={second.pk}&with={first.pk}")
    assert f"Candidate {second.pk}, version 1, beside candidate {first.pk}" in sentence(turned)


def test_a_variant_whose_parent_is_in_the_trash_is_compared_with_nothing(browser, creator, two):
    first = two[0]
    data = edited(read(first.file_path))
    browser.post(f"/variants/{first.pk}/reimport/", {"file": file(data)})
    made = ImageVariant.objects.get(version=2)
    trashing.trash(creator, first)
    answer = browser.get(f"/variants/{made.pk}/compare/")
    assert (answer.status_code, "Nothing to compare with yet" in sentence(answer)) == (200, True)


def test_an_older_version_is_made_a_candidate_again_from_the_chain(browser, creator, two):
    first = two[0]
    data = edited(read(first.file_path))
    browser.post(f"/variants/{first.pk}/reimport/", {"file": file(data)})
    reviewing.reject(creator, first)
    made = ImageVariant.objects.get(version=2)
    shown = sentence(browser.get(f"/variants/{made.pk}/versions/"))
    assert f'action="/variants/{first.pk}/reconsider/"' in shown
    assert f'action="/variants/{made.pk}/reconsider/"' not in shown, "it is one already"
    assert browser.post(f"/variants/{first.pk}/reconsider/").status_code == 302
    assert ImageVariant.objects.get(pk=first.pk).state is VariantStatus.GENERATED


def test_a_reviewer_looks_and_changes_nothing(page, reviewer, two, character):
    browser = page(reviewer)
    shown = sentence(browser.get(f"/variants/{two[0].pk}/versions/"))
    for word in ("Export for editing", "Make it the next version", "Reproduce"):
        assert word not in shown
    editing = sentence(browser.get(f"/characters/{character.pk}/editing/"))
    assert "Add a variant made elsewhere" not in editing
    for verb in ("export", "reimport", "reproduce", "cancel-edit"):
        assert browser.post(f"/variants/{two[0].pk}/{verb}/").status_code in (400, 403)
    assert not VariantExport.objects.exists()
