"""Finding leads to projects, characters and pages, to those alone that one may see."""

from people.workspace import open_page
from tests import make

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


def found(browser, said=""):
    answer = browser.get("/find/", {"q": said}, **FRAGMENT)
    assert answer.status_code == 200
    return {group.title: [way.title for way in group.ways] for group in answer.context["groups"]}


def test_characters_projects_and_pages_are_found_by_a_few_letters(page, creator, project):
    make.character(creator, project, name="Nora Jobson")
    browser = page(creator)
    assert found(browser, "job") == {"Characters": ["Nora Jobson"], "Pages": ["Jobs"]}
    assert found(browser, "nrth") == {"Projects": ["Northlight"]}
    assert found(browser, "nobody at all") == {}


def test_only_what_one_may_see_is_found(page, creator, outsider, admin, project):
    make.character(creator, project, name="Nora")
    assert "Characters" in found(page(creator), "nora")
    assert found(page(outsider), "nora") == {}
    assert "Operations" not in str(found(page(creator), "operations"))
    assert found(page(admin), "operations") == {"Pages": ["Operations"]}


def test_what_is_archived_is_not_found(page, creator, project):
    character = make.character(creator, project, name="Nora")
    browser = page(creator)
    browser.post(f"/characters/{character.pk}/archive/")
    assert found(browser, "nora") == {}


def test_an_older_one_is_found_by_its_words(page, creator, project, monkeypatch):
    monkeypatch.setattr("studio.finding.NEWEST", 1)
    make.character(creator, project, name="Nora")
    make.character(creator, project, name="Paula")
    browser = page(creator)
    assert found(browser, "ora") == {"Characters": ["Nora"]}


def test_without_letters_the_pages_opened_last_come_first(page, creator, character):
    open_page(creator, "review", character.pk)
    groups = found(page(creator))
    assert list(groups) == ["Recently open", "Pages"]
    assert groups["Recently open"] == [character.name]


def test_without_a_script_it_is_a_page_with_a_form(page, creator, character):
    html = page(creator).get("/find/", {"q": character.name[:3]}).text
    assert 'role="search"' in html
    assert f'href="{character.get_absolute_url()}"' in html
    nothing = page(creator).get("/find/", {"q": "<script>"}).text
    assert "Nothing is called that" in nothing
    assert "<script>&" not in nothing
