"""Undo and redo of one's own decisions: step by step, as one, and not over other people's."""

import threading

import pytest
from django.db import connection

from characters import attesting
from characters.errors import ContentRefused
from characters.models import Character
from people.models import User
from studio.lib.errors import Conflict, Forbidden
from tests import make
from variants import reviewing, undoing
from variants.decisions import ReviewStep
from variants.errors import (
    ChangedMeanwhile,
    HeroChanged,
    NothingToDo,
    NotYours,
    StaleRevision,
    UndoLimit,
)
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus, Verb


@pytest.fixture
def two(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 2)


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


def states(*variants):
    return [fresh(variant).state.label for variant in variants]


def test_an_approval_is_undone_and_brings_the_displaced_hero_back(creator, two):
    first, second = two
    reviewing.approve(creator, first)
    reviewing.approve(creator, second)
    done = undoing.undo(creator, second)
    assert states(first, second) == ["approved", "generated"]
    assert {variant.pk for variant in done.changed} == {first.pk, second.pk}
    assert second.decisions.first().verb == Verb.UNDO
    assert first.decisions.first().verb == Verb.UNDO
    undoing.redo(creator, second)
    assert states(first, second) == ["generated", "approved"]
    undoing.undo(creator, first)  # the last decision about it is the same step
    undoing.undo(creator, first)
    assert states(first, second) == ["generated", "generated"]


def test_a_rejection_and_a_shortlisting_are_undone_in_turn(reviewer, two):
    variant = two[0]
    reviewing.shortlist(reviewer, variant)
    reviewing.reject(reviewer, variant, reasons=["framing"])
    undoing.undo_last(reviewer, variant.character)
    assert (fresh(variant).state.label, fresh(variant).shortlisted) == ("generated", True)
    undoing.undo_last(reviewer, variant.character)
    assert fresh(variant).shortlisted is False
    with pytest.raises(NothingToDo):
        undoing.undo_last(reviewer, variant.character)
    undoing.redo_last(reviewer, variant.character)
    assert (fresh(variant).state.label, fresh(variant).shortlisted) == ("generated", True)
    undoing.redo_last(reviewer, variant.character)
    assert fresh(variant).state is VariantStatus.REJECTED
    with pytest.raises(NothingToDo):
        undoing.redo_last(reviewer, variant.character)


def test_a_new_decision_takes_away_what_could_be_redone(creator, two):
    first, second = two
    reviewing.reject(creator, first)
    undoing.undo(creator, first)
    reviewing.shortlist(creator, second)
    with pytest.raises(NothingToDo):
        undoing.redo(creator, first)
    undoing.undo(creator, second)
    undoing.redo(creator, second)
    assert fresh(second).shortlisted


def test_what_another_changed_meanwhile_is_refused_with_who(creator, reviewer, two):
    variant = two[0]
    reviewing.shortlist(creator, variant)
    reviewing.reject(reviewer, variant)
    with pytest.raises(ChangedMeanwhile, match="rejected by rex") as refused:
        undoing.undo_last(creator, variant.character)
    assert refused.value.status == 409
    assert (refused.value.extra["state"], refused.value.extra["by"]) == ("rejected", "rex")
    assert fresh(variant).shortlisted
    undoing.undo(reviewer, variant)
    undoing.undo_last(creator, variant.character)
    assert not fresh(variant).shortlisted


def test_people_undo_their_own_and_a_reviewer_no_creators(creator, reviewer, two):
    reviewing.reject(creator, two[0])
    with pytest.raises(Forbidden) as refused:
        undoing.undo(reviewer, two[0])
    assert refused.value.code == "decided_by_creator"
    reviewing.reject(reviewer, two[1])
    with pytest.raises(NotYours, match="rejected by rex"):
        undoing.undo(creator, two[1])
    assert states(*two) == ["rejected", "rejected"]


def test_the_hero_does_not_come_back_over_another_ones_choice(creator, reviewer, two):
    first, second = two
    reviewing.approve(reviewer, first)
    undoing.undo(reviewer, first)
    reviewing.approve(creator, second)
    with pytest.raises(HeroChanged, match="approved by cleo"):
        undoing.redo(reviewer, first)
    assert states(first, second) == ["generated", "approved"]


def test_consent_that_was_revoked_keeps_the_old_hero_away(admin, creator, two):
    first, second = two
    reviewing.approve(creator, first)
    reviewing.approve(creator, second)
    Character.objects.update(depicts="real_person")
    with pytest.raises(ContentRefused):
        undoing.undo(creator, second)
    assert states(first, second) == ["generated", "approved"]
    attesting.attest(creator, first.character, "Drawn by us, for us", "our own hand")
    undoing.undo(creator, second)
    assert states(first, second) == ["approved", "generated"]


def test_undo_goes_fifty_steps_back_and_says_so(creator, two):
    variant = two[0]
    for number in range(undoing.MAX_STEPS + 1):
        reviewing.shortlist(creator, fresh(variant), on=number % 2 == 0)
    for _ in range(undoing.MAX_STEPS):
        undoing.undo_last(creator, variant.character)
    assert fresh(variant).shortlisted  # as after the very first
    with pytest.raises(UndoLimit, match="50 steps") as refused:
        undoing.undo_last(creator, variant.character)
    assert (refused.value.status, refused.value.code) == (409, "undo_limit")
    for _ in range(undoing.MAX_STEPS):
        undoing.redo_last(creator, variant.character)
    with pytest.raises(NothingToDo):
        undoing.redo_last(creator, variant.character)


def test_undoing_what_was_looked_at_earlier_is_stale(creator, two):
    seen = reviewing.reject(creator, two[0]).revision
    reviewing.shortlist(creator, two[0])
    with pytest.raises(StaleRevision, match="shortlisted by cleo"):
        undoing.undo(creator, two[0], revision=seen)


def test_what_was_in_editing_comes_back_as_a_candidate(creator, two):
    variant = two[0]
    ImageVariant.objects.filter(pk=variant.pk).update(status_id=VariantStatus.EDITING)
    reviewing.reject(creator, variant)
    undoing.undo(creator, variant)
    assert fresh(variant).state is VariantStatus.GENERATED
    undoing.redo(creator, variant)
    assert fresh(variant).state is VariantStatus.REJECTED


def test_a_project_that_took_the_right_away_takes_undo_too(project, reviewer, two):
    reviewing.reject(reviewer, two[0])
    project.reviewers_can_approve = False
    project.save()
    with pytest.raises(Forbidden) as refused:
        undoing.undo(reviewer, fresh(two[0]))
    assert refused.value.code == "reviewers_may_not_approve"


def test_the_same_step_undone_twice_at_once_is_undone_once(committed, creator, character):
    make.ready(creator, character)
    first, second = make.generated(creator, character, 2)
    reviewing.approve(creator, first)
    reviewing.approve(creator, second)
    step = ReviewStep.objects.latest("pk")
    outcomes: list[str] = []

    def undo():
        try:
            undoing.undo_step(User.objects.get(pk=creator.pk), step)
            outcomes.append("undone")
        except Conflict as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=undo) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed_meanwhile"] * 5 + ["undone"]
    assert states(first, second) == ["approved", "generated"]
