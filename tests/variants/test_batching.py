"""Deciding about many at once: each is done or refused, and one undo takes it all back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from people.models import User
from studio.lib.errors import NotFound
from tests import make
from variants import batching, reviewing, undoing
from variants.batching import Choice
from variants.decisions import ReviewStep
from variants.errors import BadBatch, BadTag, UnknownReason, UnknownVerb
from variants.models import ImageVariant


@pytest.fixture
def four(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 4)


def states(variants):
    return [ImageVariant.objects.get(pk=variant.pk).state.label for variant in variants]


def ids(variants):
    return [variant.pk for variant in variants]


def test_what_can_be_done_is_done_and_the_rest_is_told(creator, reviewer, four):
    reviewing.approve(creator, four[3])
    choice = Choice("reject", reasons=["framing"], note="cropped")
    batch = batching.decide(reviewer, ids(four), choice)
    assert ids(batch.done) == ids(four[:3])
    (error,) = batch.refused.values()
    assert (list(batch.refused), error.code) == ([four[3].pk], "illegal_move")
    assert states(four) == ["rejected"] * 3 + ["approved"]
    assert four[0].decisions.get().reasons.get().name == "framing"


def test_one_undo_takes_a_batch_back(reviewer, four):
    batching.decide(reviewer, ids(four), Choice("reject"))
    done = undoing.undo_last(reviewer, four[0].character)
    assert len(done.changed) == 4
    assert states(four) == ["generated"] * 4
    undoing.redo(reviewer, four[2])
    assert states(four) == ["rejected"] * 4


def test_what_another_changed_meanwhile_stays_and_the_rest_of_the_batch_is_undone(
    creator, reviewer, four
):
    batching.decide(reviewer, ids(four), Choice("reject"))
    reviewing.reconsider(creator, four[1])
    reviewing.approve(creator, four[1])
    done = undoing.undo_last(reviewer, four[0].character)
    assert [error.code for error in done.refused.values()] == ["changed_meanwhile"]
    assert states(four) == ["generated", "approved", "generated", "generated"]


@pytest.mark.parametrize(
    ("verb", "back"), [("shortlist", "unshortlist"), ("tag", "untag"), ("delete", "restore")]
)
def test_a_verb_and_the_one_that_takes_it_back(creator, four, verb, back):
    before = list(ImageVariant.objects.values_list("shortlisted", "deleted_at", "tags"))
    for name in (verb, back):
        batch = batching.decide(creator, ids(four), Choice(name, tags=["night"]))
        assert (len(batch.done), batch.refused) == (4, {})
    assert list(ImageVariant.objects.values_list("shortlisted", "deleted_at", "tags")) == before


def test_rejected_ones_are_made_candidates_again(creator, four):
    batching.decide(creator, ids(four), Choice("reject"))
    batching.decide(creator, ids(four), Choice("reconsider"))
    assert states(four) == ["generated"] * 4


def test_only_one_of_a_type_becomes_the_hero(creator, four):
    ImageVariant.objects.filter(pk=four[2].pk).update(variant_type_id="casual")
    batch = batching.decide(creator, ids(four), Choice("approve"))
    assert ids(batch.done) == [four[0].pk, four[2].pk]
    assert {error.code for error in batch.refused.values()} == {"one_hero_per_type"}
    undoing.undo_last(creator, four[0].character)
    assert states(four) == ["generated"] * 4


def test_a_batch_that_does_nothing_leaves_nothing_to_undo(creator, four):
    reviewing.approve(creator, four[0])
    steps = ReviewStep.objects.count()
    batch = batching.decide(creator, [four[0].pk], Choice("reject"))
    assert (batch.step, batch.done, len(batch.refused)) == (None, [], 1)
    assert ReviewStep.objects.count() == steps


def test_a_look_that_is_stale_is_refused_for_that_one(creator, reviewer, four):
    seen = {variant.pk: variant.revision for variant in four}
    reviewing.shortlist(reviewer, four[0])
    batch = batching.decide(creator, ids(four), Choice("reject", revisions=seen))
    assert [error.code for error in batch.refused.values()] == ["stale_revision"]
    assert states(four) == ["generated", "rejected", "rejected", "rejected"]


def test_an_id_of_another_project_is_not_found_and_nothing_is_done(admin, creator, four):
    elsewhere = make.project(admin, "Elsewhere")
    theirs = make.member(elsewhere, "tess", "Creator")
    other = make.character(theirs, elsewhere)
    make.ready(theirs, other)
    (foreign,) = make.generated(theirs, other, 1)
    for wanted in ([four[0].pk, foreign.pk], [four[0].pk, 10**12]):
        with pytest.raises(NotFound):
            batching.decide(creator, wanted, Choice("reject"))
    assert states([*four, foreign]) == ["generated"] * 5


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        (Choice("burn"), UnknownVerb),
        (Choice("reject", reasons=["ugly"]), UnknownReason),
        (Choice("tag"), BadBatch),
        (Choice("tag", tags=["x" * 61]), BadTag),
    ],
)
def test_what_is_wrong_with_the_choice_is_refused_once(creator, four, choice, error):
    with pytest.raises(error) as refused:
        batching.decide(creator, ids(four), choice)
    assert refused.value.status == 400


def test_a_batch_has_at_least_one_and_at_most_five_hundred(creator, four):
    for wanted in ([], list(range(1, 502))):
        with pytest.raises(BadBatch):
            batching.decide(creator, wanted, Choice("reject"))


def test_two_batches_in_opposite_order_at_once_both_end(committed, creator, project):
    rows = []
    for name in ("Ann", "Bea"):
        owner = make.character(creator, project, name=name)
        make.ready(creator, owner)
        rows += make.generated(creator, owner, 2)

    def decide(wanted, verb):
        try:
            return batching.decide(User.objects.get(pk=creator.pk), wanted, Choice(verb))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(decide, ids(rows), "reject"),
            pool.submit(decide, ids(rows[::-1]), "shortlist"),
        ]
        assert [len(future.result().done) for future in both] == [4, 4]
    assert states(rows) == ["rejected"] * 4
