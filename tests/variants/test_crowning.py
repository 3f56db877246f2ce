"""One hero and the other candidates rejected: one step, one undo, nobody's decision overwritten."""

import pytest

from studio.lib.errors import Conflict
from tests import make
from variants import crowning, reviewing, undoing
from variants.models import ImageVariant, ReviewStep

HTMX = {"HX-Request": "true"}


@pytest.fixture
def four(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 4)


def states(variants):
    rows = {row.pk: row.state.label for row in ImageVariant.objects.all()}
    return [rows[variant.pk] for variant in variants]


def seen(variants):
    return {variant.pk: variant.revision for variant in variants}


def test_one_undo_takes_all_of_it_back(creator, four):
    batch = crowning.crown(creator, four[0], seen(four[1:]))
    assert states(four) == ["approved", "rejected", "rejected", "rejected"]
    assert len(batch.done) == 4
    undoing.undo_last(creator, four[0].character)
    assert states(four) == ["generated"] * 4


def test_one_that_changed_meanwhile_is_left_alone(creator, reviewer, four):
    others = seen(four[1:])
    reviewing.shortlist(reviewer, four[1])
    batch = crowning.crown(creator, four[0], others)
    assert states(four) == ["approved", "generated", "rejected", "rejected"]
    assert list(batch.refused) == [four[1].pk]


def test_a_stale_hero_decides_nothing_at_all(creator, reviewer, four):
    revision = four[0].revision
    reviewing.shortlist(reviewer, four[0])
    with pytest.raises(Conflict):
        crowning.crown(creator, four[0], seen(four[1:]), revision=revision)
    assert states(four) == ["generated"] * 4
    assert ReviewStep.objects.count() == 1, "the colleague's alone"


def test_the_page_sends_what_it_showed(page, creator, four):
    other = [f"{variant.pk}:{variant.revision}" for variant in four[1:]]
    address = f"/variants/{four[0].pk}/crown/"
    answer = page(creator).post(address, {"other": other}, headers=HTMX)
    assert "3 others are rejected" in answer.text
    assert states(four) == ["approved", "rejected", "rejected", "rejected"]
    answer = page(creator).post(address, {"other": "all"}, headers=HTMX)
    assert answer.status_code == 400
