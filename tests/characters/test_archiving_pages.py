"""A character is put away and taken out again on its page; the lists leave it out or show it."""

import pytest

from characters import describing
from characters.models import Character
from tests import make


@pytest.fixture
def home(character):
    return character.get_absolute_url()


def away(character):
    return Character.objects.get(pk=character.pk).archived_at is not None


def test_the_page_puts_it_away_and_takes_it_out(page, creator, character, home):
    browser = page(creator)
    assert f'action="{home}archive/"' in browser.get(home).text
    answer = browser.post(f"{home}archive/", follow=True)
    assert answer.redirect_chain == [(home, 302)]
    assert "Jane is archived: nothing is uploaded or generated" in answer.text
    assert f'action="{home}archive/"' not in answer.text
    assert 'type="file"' not in answer.text
    assert away(character)
    answer = browser.post(f"{home}unarchive/", follow=True)
    assert "Jane is in use again." in answer.text
    assert not away(character)


def test_a_reviewer_sees_that_it_is_archived_and_no_button(
    page, creator, reviewer, character, home
):
    describing.archive_character(creator, character)
    html = page(reviewer).get(home).text
    assert "Jane is archived" in html
    assert "unarchive" not in html


@pytest.mark.parametrize("place", ["/", "/projects/{project}/"])
def test_the_lists_filter(page, creator, character, project, place):
    make.character(creator, project, name="Judy")
    browser, address = page(creator), place.format(project=project.pk)
    assert "?archived=yes" not in browser.get(address).text
    describing.archive_character(creator, character)
    for query, names in (
        ("", {"Judy"}),
        ("?archived=no", {"Judy"}),
        ("?archived=yes", {"Jane"}),
        ("?archived=all", {"Jane", "Judy"}),
    ):
        html = browser.get(f"{address}{query}").text
        assert {name for name in ("Jane", "Judy") if f">{name}</a>" in html} == names, query
        assert 'href="?archived=yes"' in html
    assert browser.get(f"{address}?archived=maybe").status_code == 400


def test_where_all_are_archived_the_list_says_so(page, creator, character, project):
    describing.archive_character(creator, character)
    for address in ("/", f"/projects/{project.pk}/"):
        assert "Every character is archived" in page(creator).get(address).text
