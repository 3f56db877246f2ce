"""A gallery is as the person left it, on any device; views with a name are the person's alone."""

import pytest

from people import workspace
from tests import make
from variants import bookmarking
from variants.models import SavedView

QUERY = "status=candidates&sort=likeness&tile=small"


@pytest.fixture
def home(creator, character):
    make.ready(creator, character)
    return character.get_absolute_url()


@pytest.fixture
def browser(page, creator):
    return page(creator)


def leave(browser, home, **said):
    return browser.post(f"{home}place/", {"query": f"?{QUERY}", "at": "7", "picked": "7,9"} | said)


def save(browser, home, name, query=QUERY):
    shown = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{home}?{query}"}
    return browser.post(f"{home}views/", {"name": name}, headers=shown)


def test_the_bare_address_leads_to_where_one_left(browser, page, creator, home):
    assert browser.get(home).status_code == 200
    assert leave(browser, home).status_code == 204
    assert page(creator).get(home)["Location"] == f"{home}?{QUERY}"
    html = browser.get(f"{home}?{QUERY}").text
    assert "&quot;at&quot;: 7" in html
    assert "&quot;picked&quot;: [7, 9]" in html
    assert "&quot;at&quot;" not in browser.get(f"{home}?sort=newest").text


def test_another_person_and_another_character_are_not_led_there(
    browser, page, admin, creator, character, home
):
    leave(browser, home)
    other = make.character(creator, character.project, name="Jill")
    assert page(admin).get(home).status_code == 200
    assert browser.get(other.get_absolute_url()).status_code == 200


def test_only_what_a_gallery_is_asked_for_is_kept(browser, creator, character, home):
    leave(browser, home, query="?status=rejected&cursor=abc&tag=a%00b&verdict=&evil=1", at="")
    left = workspace.left(creator, bookmarking.GALLERY, character.pk)
    assert left == {"query": "status=rejected", "at": None, "picked": [7, 9]}
    assert leave(browser, home, at="x").status_code == 400


def test_a_filter_that_there_is_no_more_leads_nowhere(browser, home):
    leave(browser, home, query="?type=gone")
    assert browser.get(home).status_code == 200


def test_what_a_form_left_empty_leads_to_everything(browser, home):
    leave(browser, home)
    assert browser.get(f"{home}?verdict=&sort=")["Location"] == f"{home}?sort=newest"


def test_a_view_is_saved_with_what_is_shown_renamed_and_deleted(browser, home):
    html = save(browser, home, " Best   likeness ").text
    assert f"{home}?{QUERY.replace('&', '&amp;')}" in html
    assert "Best likeness is saved." in html
    save(browser, home, "Best likeness", "sort=seed")
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Best likeness", "sort=seed")
    renamed = browser.post(f"{home}views/{view.pk}/rename/", {"name": "By seed"})
    assert "By seed" in renamed.text
    assert "By seed is deleted." in browser.post(f"{home}views/{view.pk}/delete/").text
    assert not SavedView.objects.exists()


def test_a_view_needs_a_name_that_is_free(browser, home):
    save(browser, home, "One")
    save(browser, home, "Two")
    one = SavedView.objects.get(name="One")
    assert browser.post(f"{home}views/{one.pk}/rename/", {"name": "Two"}).status_code == 400
    for name in ("", " ", "x" * 61, "a\0b"):
        assert save(browser, home, name).status_code == 400, name


def test_there_are_at_most_so_many_views(browser, home, monkeypatch):
    monkeypatch.setattr(bookmarking, "MAX_VIEWS", 1)
    save(browser, home, "One")
    assert save(browser, home, "Two").status_code == 400
    assert save(browser, home, "One", "sort=seed").status_code == 200
    assert SavedView.objects.get().query == "sort=seed"


def test_nobody_else_sees_or_changes_a_view(browser, page, admin, home):
    save(browser, home, "Mine alone")
    view = SavedView.objects.get()
    other = page(admin)
    assert "Mine alone" not in other.get(f"{home}views/").text
    for verb in ("rename", "delete"):
        answer = other.post(f"{home}views/{view.pk}/{verb}/", {"name": "Theirs"})
        assert answer.status_code == 404
    view.refresh_from_db()
    assert view.name == "Mine alone"
