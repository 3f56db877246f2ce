"""However long the gallery is, the page asks the database as often; counts stop at a cap."""

import pytest

from studio.lib import pages
from tests import make

SIGNING_IN = 2


@pytest.fixture
def gallery(creator, character):
    make.ready(creator, character)
    make.generated(creator, character, 2)
    return character.get_absolute_url()


@pytest.mark.parametrize("count", [0, 40])
@pytest.mark.parametrize(("headers", "limit"), [({"HX-Request": "true"}, 3 + SIGNING_IN), ({}, 8)])
def test_queries(
    gallery, creator, character, page, django_assert_max_num_queries, count, headers, limit
):
    if count:
        make.generated(creator, character, count)
    browser = page(creator)
    browser.get(gallery)
    with django_assert_max_num_queries(limit):
        assert browser.get(gallery, headers=headers).status_code == 200


def test_a_count_stops_at_the_cap(gallery, creator, character, page, monkeypatch):
    monkeypatch.setattr(pages, "COUNT_CAP", 3)
    make.generated(creator, character, 9)
    assert "3+</span>" in page(creator).get(gallery).text
