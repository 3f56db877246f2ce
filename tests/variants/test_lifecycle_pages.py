"""The lifecycle by plain forms, as a browser without JavaScript sends them, and by htmx."""

import re

import pytest

from characters import approving
from characters.models import SourceImage
from tests import make
from variants import reviewing
from variants.models import ImageVariant

HTMX = {"HX-Request": "true"}


@pytest.fixture
def three(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_buttons_decide_and_lead_back(page, creator, three):
    browser = page(creator)
    variant = three[0]
    for verb, check in (
        ("shortlist", lambda row: row.shortlisted),
        ("unshortlist", lambda row: not row.shortlisted),
        ("reject", lambda row: row.state.label == "rejected"),
        ("reconsider", lambda row: row.state.label == "generated"),
        ("undo", lambda row: row.state.label == "rejected"),
        ("redo", lambda row: row.state.label == "generated"),
    ):
        answer = browser.post(f"/variants/{variant.pk}/{verb}/", follow=True)
        assert answer.redirect_chain == [(f"/variants/{variant.pk}/", 302)], verb
        assert check(fresh(variant)), verb
        assert said(answer), verb


def test_the_page_offers_what_can_be_done(page, creator, reviewer, three):
    html = page(creator).get(f"/variants/{three[0].pk}/").content.decode()
    for verb in ("shortlist", "regenerate", "delete", "tags"):
        assert f'action="/variants/{three[0].pk}/{verb}/"' in html, verb
    assert "quarantine" not in html
    html = page(reviewer).get(f"/variants/{three[0].pk}/").content.decode()
    assert f"/variants/{three[0].pk}/delete/" not in html
    assert f"/variants/{three[0].pk}/regenerate/" not in html


def test_a_stale_page_is_told_what_changed(page, creator, reviewer, three):
    seen = three[0].revision
    reviewing.reject(reviewer, three[0])
    answer = page(creator).post(
        f"/variants/{three[0].pk}/shortlist/", {"revision": seen}, follow=True
    )
    assert "rejected by rex" in said(answer)[0]
    assert not fresh(three[0]).shortlisted
    answer = page(creator).post(f"/variants/{three[0].pk}/approve/", headers=HTMX)
    html = answer.content.decode()
    assert "rejected by rex" in html
    assert 'data-status="rejected"' in html


def test_htmx_gets_the_card_and_a_sentence(page, creator, three):
    answer = page(creator).post(f"/variants/{three[0].pk}/shortlist/", headers=HTMX)
    html = answer.content.decode()
    assert f'id="variant-{three[0].pk}"' in html
    assert 'data-shortlisted="yes"' in html
    assert "is on the shortlist" in html


def test_tags_are_added_shown_and_taken_away(page, creator, three):
    browser = page(creator)
    url = f"/variants/{three[0].pk}/tags/"
    browser.post(url, {"tags": "night,  red   coat"})
    assert fresh(three[0]).tag_names == ["night", "red coat"]
    html = browser.get(f"/variants/{three[0].pk}/").content.decode()
    assert 'value="red coat"' in html
    browser.post(url, {"remove": "night"})
    assert fresh(three[0]).tag_names == ["red coat"]
    assert browser.post(url, {"tags": "x" * 61}).status_code == 400


def test_ticked_ones_are_decided_on_together_and_undone_as_one(page, creator, three):
    browser = page(creator)
    home = three[0].character.get_absolute_url()
    html = browser.get(home).content.decode()
    assert html.count('name="pick"') == 3
    assert 'action="/variants/batch/"' in html
    reviewing.approve(creator, three[2])
    body = {"pick": [row.pk for row in three], "verb": "reject", "reason": "framing"}
    answer = browser.post("/variants/batch/", {**body, "back": f"{home}?type=clothed"}, follow=True)
    assert answer.redirect_chain == [(f"{home}?type=clothed", 302)]
    done, refused = said(answer)
    assert done.startswith("2 rejected.")
    assert refused.startswith("1 refused.")
    assert "approved by cleo" in refused
    assert [fresh(row).state.label for row in three] == ["rejected", "rejected", "approved"]
    answer = browser.post(f"{home}undo/", follow=True)
    assert said(answer) == ["Undone: 2 variants rejected."]
    assert [fresh(row).state.label for row in three] == ["generated", "generated", "approved"]
    answer = browser.post(f"{home}redo/", {"back": f"{home}?type=clothed"})
    assert answer.url == f"{home}?type=clothed"
    assert fresh(three[0]).state.label == "rejected"


def test_ticking_by_htmx_answers_sentences_and_has_the_gallery_read_anew(page, creator, three):
    body = {"pick": [three[0].pk], "verb": "shortlist"}
    answer = page(creator).post("/variants/batch/", body, headers=HTMX)
    assert answer["HX-Trigger"] == "refresh"
    assert "1 shortlisted." in answer.content.decode()
    assert fresh(three[0]).shortlisted


def test_a_tick_holds_the_revision_that_was_shown(page, creator, reviewer, three):
    browser, one = page(creator), three[0]
    home = one.character.get_absolute_url()
    picks = re.findall(r'name="pick" value="([0-9:]+)"', browser.get(home).text)
    assert f"{one.pk}:{one.revision}" in picks
    reviewing.shortlist(reviewer, one)
    body = {"pick": picks, "verb": "reject", "back": home}
    between = browser.post("/variants/batch/reasons/", body).text
    assert re.findall(r'name="pick" value="([0-9:]+)"', between) == picks
    done, refused = said(browser.post("/variants/batch/", body, follow=True))
    assert done.startswith("2 rejected.")
    assert "It changed meanwhile: shortlisted by" in refused
    assert fresh(one).state.label == "generated"


def test_a_tick_holds_the_hero_that_was_shown(page, creator, reviewer, three):
    browser, (one, other, _) = page(creator), three
    body = {"pick": f"{one.pk}:{one.revision}:none", "verb": "approve"}
    reviewing.approve(reviewer, other)
    answer = browser.post("/variants/batch/", body, headers=HTMX)
    assert f"Candidate {other.pk} is the clothed hero now" in answer.text
    assert fresh(other).is_hero
    body["pick"] = f"{one.pk}:{one.revision}:{other.pk}"
    assert "1 approved." in browser.post("/variants/batch/", body, headers=HTMX).text
    assert fresh(one).is_hero


def test_reasons_for_several_are_asked_for_on_a_page_between(page, creator, three):
    browser = page(creator)
    back = f"{three[0].character.get_absolute_url()}?type=clothed"
    body = {"pick": [row.pk for row in three[:2]], "back": back}
    html = browser.post("/variants/batch/reasons/", body).content.decode()
    assert html.count('name="pick"') == 2
    assert 'value="identity drift"' in html
    assert back in html
    assert fresh(three[0]).state.label == "generated"
    browser.post("/variants/batch/", {**body, "verb": "reject", "reason": ["framing", "anatomy"]})
    assert three[1].decisions.get().reasons.count() == 2


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "nonsense", ""])
def test_a_batch_leads_to_no_other_site(page, creator, three, back):
    body = {"pick": [three[0].pk], "verb": "shortlist", "back": back}
    assert page(creator).post("/variants/batch/", body).url == "/"


@pytest.mark.parametrize(
    "body", [{}, {"pick": "x"}, {"pick": "1:x"}, {"pick": "1", "verb": "burn"}]
)
def test_a_batch_that_makes_no_sense_is_refused(page, creator, three, body):
    assert page(creator).post("/variants/batch/", body).status_code == 400


def test_deleting_leads_to_the_character_and_the_trash_brings_back(page, creator, three):
    browser = page(creator)
    pk = three[0].pk
    home = three[0].character.get_absolute_url()
    answer = browser.post(f"/variants/{pk}/delete/", follow=True)
    assert answer.redirect_chain == [(home, 302)]
    assert f'id="variant-{pk}"' not in answer.content.decode()
    assert f"/variants/{pk}/restore/" in browser.get(f"/variants/{pk}/").text
    for place in (f"{home}trash/", f"/projects/{three[0].project_id}/trash/"):
        html = browser.get(place).content.decode()
        assert f"/variants/{pk}/restore/" in html
        assert browser.get(f"/media/variants/{pk}/w512/").status_code == 200
    browser.post(f"/variants/{pk}/restore/")
    assert not fresh(three[0]).is_trashed
    assert browser.post(f"/variants/{pk}/delete/", headers=HTMX).content.count(b"toast") > 0
    body = {"pick": [pk], "verb": "restore", "back": f"{home}trash/"}
    answer = browser.post("/variants/batch/", body, follow=True)
    assert answer.redirect_chain == [(f"{home}trash/", 302)]
    browser.post(f"/variants/{pk}/delete/")
    browser.post(f"/variants/{pk}/purge/")
    assert not ImageVariant.objects.filter(pk=pk).exists()
    assert "The trash is empty" in browser.get(f"{home}trash/").content.decode()


def test_a_hero_is_not_deleted_by_a_page_either(page, creator, three):
    reviewing.approve(creator, three[0])
    answer = page(creator).post(f"/variants/{three[0].pk}/delete/")
    assert answer.status_code == 409
    assert "It is the clothed hero" in answer.content.decode()


def test_a_stale_hero_is_told_on_card_and_page_and_filtered(page, creator, three):
    reviewing.approve(creator, three[0])
    make.ready(creator, approving.unlock_baseline(creator, three[0].character))
    browser = page(creator)
    home = three[0].character.get_absolute_url()
    html = browser.get(f"{home}?recheck=yes").content.decode()
    assert re.findall(r'<article id="variant-(\d+)"', html) == [str(three[0].pk)]
    assert "Re-check</span>" in html
    html = browser.get(f"/variants/{three[0].pk}/").content.decode()
    assert "replaced by v2" in html
    for verb in ("keep", "recheck", "regenerate"):
        assert f"/variants/{three[0].pk}/{verb}/" in html
    browser.post(f"/variants/{three[0].pk}/recheck/")
    assert fresh(three[0]).recheck
    browser.post(f"/variants/{three[0].pk}/regenerate/")
    assert ImageVariant.objects.latest("pk").source_image.version == 2
    browser.post(f"/variants/{three[0].pk}/keep/")
    assert not fresh(three[0]).recheck


def test_an_admin_withholds_with_a_reason(page, admin, creator, three):
    browser = page(admin)
    assert "quarantine" in browser.get(f"/variants/{three[0].pk}/").content.decode()
    assert browser.post(f"/variants/{three[0].pk}/quarantine/").status_code == 400
    browser.post(f"/variants/{three[0].pk}/quarantine/", {"reason": "takedown 12"})
    assert fresh(three[0]).state.label == "quarantined"
    html = page(creator).get(three[0].character.get_absolute_url()).content.decode()
    assert "Withheld" in html
    assert f"/media/variants/{three[0].pk}/" not in html


def test_old_sources_are_deleted_from_the_history(page, creator, character):
    old, current = (make.source(creator, character) for _ in range(2))
    browser = page(creator)
    html = browser.get(f"/characters/{character.pk}/history/").content.decode()
    assert f"/sources/{old.pk}/delete/" in html
    assert f"/sources/{current.pk}/delete/" not in html
    answer = browser.post(f"/sources/{current.pk}/delete/", follow=True)
    assert "current source image" in said(answer)[0]
    browser.post(f"/sources/{old.pk}/delete/")
    assert f"/sources/{old.pk}/" in browser.get(f"/characters/{character.pk}/trash/").text
    browser.post(f"/sources/{old.pk}/restore/")
    browser.post(f"/sources/{old.pk}/delete/")
    browser.post(f"/sources/{old.pk}/purge/")
    assert list(SourceImage.objects.values_list("pk", flat=True)) == [current.pk]


@pytest.mark.parametrize("address", ["/variants/batch/", "/variants/batch/reasons/"])
def test_with_nothing_ticked_one_is_back_where_the_boxes_are(page, creator, three, address):
    back = f"/characters/{three[0].character_id}/trash/"
    body = {"verb": "restore", "back": back}
    answer = page(creator).post(address, body, follow=True)
    assert answer.redirect_chain == [(back, 302)]
    assert said(answer) == ["Tick at least one variant."]
    assert page(creator).post(address, body, headers=HTMX).status_code == 400
