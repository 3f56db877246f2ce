"""Home leads back to the pages that a person opened last, on any device, while they may be seen."""

import pytest
from django.test import Client

from people.workspace import MOST_OPENED, opened_pages
from tests import make


def opens(browser, path):
    return browser.post("/opened/", {"path": path})


def shown(browser):
    html = browser.get("/").content.decode()
    _before, found, rest = html.partition('aria-label="Recently open"')
    return rest.partition("</nav>")[0] if found else ""


def test_the_page_that_was_opened_last_comes_first_and_once(page, creator, character, project):
    browser = page(creator)
    for path in (f"/characters/{character.pk}/", f"/projects/{project.pk}/"):
        assert opens(browser, path).status_code == 204
    assert opens(browser, f"/characters/{character.pk}/").status_code == 204
    html = shown(browser)
    assert html.count("<li>") == 2
    assert html.index(character.get_absolute_url()) < html.index(project.get_absolute_url())


def test_it_is_the_same_on_another_device(page, creator, character):
    opens(page(creator), f"/characters/{character.pk}/review/")
    elsewhere = Client()
    elsewhere.force_login(creator, "people.backends.PeopleBackend")
    html = shown(elsewhere)
    assert f'href="/characters/{character.pk}/review/"' in html
    assert "Review" in html


def test_it_is_nobody_else_s(page, creator, reviewer, character):
    opens(page(creator), f"/characters/{character.pk}/")
    assert shown(page(reviewer)) == ""


def test_what_may_not_be_seen_any_more_is_not_shown(page, creator, character, project):
    browser = page(creator)
    opens(browser, f"/characters/{character.pk}/")
    project.memberships.filter(user=creator).delete()
    assert shown(browser) == ""


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/jobs/", "/nowhere/", "https://elsewhere.example/", "/characters/999999/",
        "/characters/99999999999999999999999999/", "/characters/1/\0",
    ],
)  # fmt: skip
def test_what_is_no_such_page_is_not_kept(page, creator, project, path):
    assert opens(page(creator), path).status_code == 404
    assert opened_pages(creator) == []


def test_as_many_are_kept_as_are_of_use(page, creator, project):
    browser = page(creator)
    for number in range(MOST_OPENED + 2):
        one = make.character(creator, project, name=f"C{number}")
        opens(browser, f"/characters/{one.pk}/")
    assert len(opened_pages(creator)) == MOST_OPENED


def test_pages_say_whether_they_are_kept(page, creator, character):
    browser = page(creator)
    assert "data-keep-opened" in browser.get(f"/characters/{character.pk}/").content.decode()
    assert "data-keep-opened" not in browser.get("/jobs/").content.decode()
