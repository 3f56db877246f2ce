"""What the review page lays out: the line, its order, its groups, and in how many queries."""

import json
import re

import pytest

from tests import make
from variants import culling, reviewing
from variants.models import ImageVariant, ReviewHabit

HTMX = {"HX-Request": "true"}
SIGNING_IN = 2


@pytest.fixture
def five(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 5)


@pytest.fixture
def line(page, creator, character, five):
    """`line("?show=all")` is the ids of the strip, in order."""
    browser = page(creator)

    def shown(query="?show=open", headers=HTMX):
        text = browser.get(f"/characters/{character.pk}/review/{query}", headers=headers).text
        return [int(pk) for pk in re.findall(r'data-frame="(\d+)"', text)]

    return shown


def test_what_needs_a_decision_comes_oldest_first(creator, line, five):
    reviewing.approve(creator, five[0])
    reviewing.reject(creator, five[1])
    assert line() == [variant.pk for variant in five[2:]]
    assert line("?show=all") == [variant.pk for variant in five]
    assert line("?show=rejected") == [five[1].pk]
    assert line("?show=hero") == [five[0].pk]


def test_a_decided_one_is_there_while_the_page_shows_it(creator, line, five):
    reviewing.reject(creator, five[0])
    reviewing.reject(creator, five[1])
    assert line(f"?also={five[1].pk}")[0] == five[1].pk
    assert line(f"?at={five[0].pk}")[0] == five[0].pk


def test_the_most_alike_come_first_and_the_unmeasured_last(line, five):
    for variant, likeness in zip(five, (0.5, 0.9, None, 0.7, 0.9), strict=True):
        ImageVariant.objects.filter(pk=variant.pk).update(likeness=likeness)
    order = [five[number].pk for number in (1, 4, 3, 0, 2)]
    assert line("?sort=likeness") == order


@pytest.mark.parametrize("sort", ["made", "likeness"])
def test_groups_follow_each_other_without_a_gap(line, page, creator, character, monkeypatch, sort):
    whole = line(f"?sort={sort}")
    monkeypatch.setattr(culling, "GROUP", 2)
    found, query = [], f"?sort={sort}"
    while query:
        text = page(creator).get(f"/characters/{character.pk}/review/{query}").text
        found += [int(pk) for pk in re.findall(r'data-frame="(\d+)"', text)]
        following = re.search(r'href="(\?[^"]*cursor=[^"]*)">', text)
        query = following[1].replace("&amp;", "&") if following else ""
    assert found == whole


def test_a_longer_line_takes_no_more_queries(
    page, creator, character, five, django_assert_max_num_queries
):
    browser, address = page(creator), f"/characters/{character.pk}/review/?show=all"
    browser.get(address)
    make.generated(creator, character, 30)
    with django_assert_max_num_queries(6 + SIGNING_IN):
        assert browser.get(address, headers=HTMX).status_code == 200


def test_a_filter_that_there_is_not_is_refused(page, creator, character, five):
    answer = page(creator).get(f"/characters/{character.pk}/review/?show=nothing")
    assert answer.status_code == 400


NO_KEYS = [
    "{",
    "[" * 200_000,
    "[]",
    '{"reject": "q"}',
    '{"reject": ["a", "b", "c", "d"]}',
    r'{"reject": ["\u0000"]}',
    r'{"reject": ["\ud800"]}',
    '{"reject now": ["q"]}',
]


@pytest.mark.parametrize("keys", NO_KEYS, ids=range(len(NO_KEYS)))
def test_keys_that_are_none_are_refused(page, creator, keys):
    assert page(creator).post("/review/habits/", {"keys": keys}).status_code == 400
    assert not ReviewHabit.objects.exists()


def test_keys_and_auto_advance_are_kept(page, creator):
    keys = {"reject": ["q"], "next": ["Ctrl+Shift+ArrowRight", " "], "tick": []}
    body = {"keys": json.dumps(keys), "advance": "no"}
    assert page(creator).post("/review/habits/", body).status_code == 204
    habit = ReviewHabit.objects.get(user=creator)
    assert (habit.keys, habit.auto_advance) == (keys, False)
