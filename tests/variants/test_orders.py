"""Variants in each order, page by page: everything once, and what lacks the figure last."""

import base64
import re
from html import unescape

import pytest

from tests import make
from tests.people.asking import signed_in
from variants.models import ImageVariant

FIGURES = [  # likeness, seed, version
    (0.5, 7, 1),
    (None, None, 3),
    (0.9, 7, 2),
    (0.5, 2, 3),
    (None, 2**63 - 1, 1),
]
EXPECTED = {
    "newest": [4, 3, 2, 1, 0],
    "oldest": [0, 1, 2, 3, 4],
    "likeness": [2, 3, 0, 4, 1],
    "seed": [3, 0, 2, 1, 4],
    "version": [3, 1, 2, 4, 0],
}


@pytest.fixture
def listed(db, creator, character):
    """`listed(query, pages)` walks the list; which of the five it shows, in order."""
    make.ready(creator, character)
    ids = [row.pk for row in make.generated(creator, character, 5)]
    for pk, (likeness, seed, version) in zip(ids, FIGURES, strict=True):
        root = {ids[1]: ids[0], ids[2]: ids[0], ids[3]: ids[4]}.get(pk)
        columns = {"likeness": likeness, "seed": seed, "version": version, "root_id": root}
        ImageVariant.objects.filter(pk=pk).update(**columns)
    client = signed_in(creator, api=True)
    address = f"/api/v1/characters/{character.pk}/variants"

    def walk(query):
        found = []
        while query:
            body = client.get(f"{address}{query}").json()
            found += [ids.index(row["id"]) for row in body["results"]]
            query = body["next"]
        return found

    walk.client, walk.address, walk.ids = client, address, ids
    return walk


def test_every_page_goes_on_where_the_last_one_ended(listed):
    for name, expected in EXPECTED.items():
        for limit in (1, 2, 5):
            assert listed(f"?sort={name}&limit={limit}") == expected, (name, limit)


def test_the_page_of_cards_goes_on_as_the_list_does(listed, character):
    client = listed.client
    for name, expected in EXPECTED.items():
        found, query = [], f"?sort={name}&limit=2"
        while query:
            page = client.get(f"/characters/{character.pk}/{query}").content.decode()
            found += map(int, re.findall(r'id="variant-(\d+)" class="card', page))
            following = re.search(r'data-more><a class="btn" href="([^"]+)"', page)
            query = unescape(following[1]) if following else ""
        assert [listed.ids.index(pk) for pk in found] == expected, name


def test_without_a_word_the_newest_come_first(listed):
    assert listed("?limit=2") == EXPECTED["newest"]


def test_a_cursor_of_another_order_is_refused(listed):
    first = listed.client.get(f"{listed.address}?sort=likeness&limit=2").json()["next"]
    for other in ("newest", "nonsense"):
        answer = listed.client.get(listed.address + first.replace("likeness", other))
        assert answer.status_code == 400, other


def test_a_cursor_that_is_no_place_is_refused(listed):
    for place in ("[]", '["x", 1]', "[1, true]", "[NaN, 1]", "[1]", "7"):
        cursor = base64.urlsafe_b64encode(place.encode()).decode()
        answer = listed.client.get(listed.address, {"sort": "likeness", "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), place
