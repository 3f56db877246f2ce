"""A gallery that is fetched anew shows what it showed: as many cards, and the way to the rest."""

import re

import pytest

from tests import make
from variants import gallery


@pytest.fixture
def shown(page, creator, character, monkeypatch):
    """`shown(query)` is what htmx gets of a gallery: the ids, and the way to the next page."""
    monkeypatch.setattr(gallery, "MOST", 7)
    make.ready(creator, character)
    make.generated(creator, character, 9)

    def fetch(query):
        address = f"{character.get_absolute_url()}{query}"
        answer = page(creator).get(address, headers={"HX-Request": "true"})
        ids = [int(pk) for pk in re.findall(r'<article id="variant-(\d+)"', answer.text)]
        following = re.search(r'class="btn" href="([^"]*cursor=[^"]+)"', answer.text)
        return ids, following and following.group(1).replace("&amp;", "&")

    return fetch


def test_it_shows_as_many_as_stood_there(shown):
    first, following = shown("?limit=3")
    second, _ = shown(following)
    again, rest = shown("?limit=3&shown=6")
    assert again == first + second
    assert shown(rest)[0][0] < again[-1]


def test_the_way_to_the_rest_is_of_usual_pages(shown):
    _, following = shown("?limit=3&shown=6")
    assert "shown" not in following
    assert len(shown(following)[0]) == 3


def test_a_later_page_and_the_filters_stay(shown):
    _, following = shown("?limit=3&type=clothed")
    assert "type=clothed" in following
    assert shown(f"{following}&shown=3") == shown(following)


def test_no_number_makes_it_shorter_or_very_long(shown):
    for said, count in {"0": 3, "x": 3, "2": 3, "9999": 7}.items():
        assert len(shown(f"?limit=3&shown={said}")[0]) == count, said
