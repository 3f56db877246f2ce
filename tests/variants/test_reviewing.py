"""Approving and rejecting: one hero per type, compare-and-set, who may undo whom."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import AuditEvent
from people.models import User
from studio.lib.errors import Conflict, Forbidden, IllegalMove, NotFound
from tests import make
from variants import ordering, reviewing
from variants.errors import HeroChanged, NoFile, StaleRevision, UnknownReason
from variants.models import ImageVariant, ReviewDecision
from variants.vocabulary import VariantStatus, Verb


@pytest.fixture
def two(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 2)


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


def test_the_previous_hero_returns_to_generated(creator, two):
    first, second = two
    reviewing.approve(creator, first)
    reviewing.approve(creator, second)
    assert (fresh(first).is_hero, fresh(first).state) == (False, VariantStatus.GENERATED)
    assert (fresh(second).is_hero, fresh(second).state) == (True, VariantStatus.APPROVED)
    decision = second.decisions.get()
    assert (decision.verb, decision.replaced, decision.decided_by) == (
        Verb.APPROVE,
        first,
        creator,
    )
    assert first.decisions.first().verb == Verb.REPLACED


def test_approving_the_hero_again_changes_nothing(creator, two):
    reviewing.approve(creator, two[0])
    revision = fresh(two[0]).revision
    reviewing.approve(creator, two[0])
    assert fresh(two[0]).revision == revision
    assert ReviewDecision.objects.count() == 1


def test_a_stale_revision_is_refused_with_who_and_what(creator, reviewer, two):
    seen = two[0].revision
    reviewing.reject(reviewer, two[0], reasons=["framing"], note="cut")
    with pytest.raises(StaleRevision, match=r"rejected by rex \d+ s ago") as refused:
        reviewing.approve(creator, two[0], revision=seen)
    assert refused.value.status == 412


def test_another_hero_chosen_meanwhile_is_told_and_not_displaced_silently(creator, reviewer, two):
    first, second = two
    reviewing.approve(creator, first, seen_hero=None)
    with pytest.raises(HeroChanged, match="approved by cleo"):
        reviewing.approve(creator, second, seen_hero=None)
    assert fresh(first).is_hero
    reviewing.approve(creator, second, seen_hero=first.pk)
    assert fresh(second).is_hero


def test_a_rejected_one_cannot_be_approved_and_a_hero_not_rejected(creator, two):
    reviewing.reject(creator, two[0])
    with pytest.raises(IllegalMove):
        reviewing.approve(creator, two[0])
    reviewing.approve(creator, two[1])
    with pytest.raises(IllegalMove):
        reviewing.reject(creator, two[1])


def test_rejecting_keeps_reasons_and_note(reviewer, two):
    reviewing.reject(reviewer, two[0], reasons=["framing", "anatomy"], note="six fingers")
    decision = two[0].decisions.get()
    assert {reason.name for reason in decision.reasons.all()} == {"framing", "anatomy"}
    assert decision.note == "six fingers"


def test_without_an_image_there_is_nothing_to_approve(creator, character):
    make.ready(creator, character)
    (pending,) = ordering.order(creator, character, make.wish(1)).variants
    with pytest.raises(NoFile):
        reviewing.approve(creator, pending)


def test_a_reviewer_does_not_displace_a_creators_hero(creator, reviewer, two):
    reviewing.approve(creator, two[0])
    with pytest.raises(Forbidden) as refused:
        reviewing.approve(reviewer, two[1])
    assert refused.value.code == "decided_by_creator"
    assert fresh(two[0]).is_hero


def test_a_project_can_keep_decisions_to_creators(project, reviewer, outsider, two):
    project.reviewers_can_approve = False
    project.save()
    with pytest.raises(Forbidden) as refused:
        reviewing.approve(reviewer, fresh(two[0]))
    assert refused.value.code == "reviewers_may_not_approve"
    with pytest.raises(NotFound):
        reviewing.approve(outsider, fresh(two[0]))


def test_the_database_allows_one_hero_and_only_an_approved_one(creator, two):
    reviewing.approve(creator, two[0])
    for changes in (
        {"is_hero": True, "status_id": VariantStatus.APPROVED},
        {"is_hero": True},
        {"status_id": VariantStatus.APPROVED},
        {"width": None},
        {"parent_variant_id": two[1].pk},
        {"version": 2},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImageVariant.objects.filter(pk=two[1].pk).update(**changes)


def test_many_at_once_leave_one_hero_and_tell_the_losers(committed, creator, character):
    make.ready(creator, character)
    variants = make.generated(creator, character, 8)
    outcomes: list[str] = []

    def approve(variant):
        try:
            reviewing.approve(User.objects.get(pk=creator.pk), variant, seen_hero=None)
            outcomes.append("hero")
        except Conflict as error:
            outcomes.append(error.sentence)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[variant]) for variant in variants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("hero") == 1
    assert all("cleo" in text for text in outcomes if text != "hero")
    assert ImageVariant.objects.filter(is_hero=True).count() == 1


def test_a_reason_that_the_studio_does_not_have_is_refused(reviewer, two):
    with pytest.raises(UnknownReason, match="'ugly'") as refused:
        reviewing.reject(reviewer, two[0], reasons=["framing", "ugly"])
    assert (refused.value.status, refused.value.extra["field"]) == (400, "reasons")
    assert "identity drift" in refused.value.extra["choices"]
    assert fresh(two[0]).state is VariantStatus.GENERATED


def test_an_illegal_move_says_the_state_and_who_brought_it_there(creator, reviewer, two):
    reviewing.reject(reviewer, two[0])
    with pytest.raises(IllegalMove, match="rejected by rex") as refused:
        reviewing.approve(creator, two[0])
    assert (refused.value.status, refused.value.extra["state"]) == (409, "rejected")
    assert refused.value.extra["by"] == "rex"


def test_the_shortlist_takes_what_has_an_image_and_is_left_again(reviewer, two):
    reviewing.shortlist(reviewer, two[0])
    assert fresh(two[0]).shortlisted
    reviewing.shortlist(reviewer, two[0])
    assert two[0].decisions.count() == 1
    reviewing.shortlist(reviewer, two[0], on=False)
    assert not fresh(two[0]).shortlisted


def test_a_reviewer_does_not_take_off_what_a_creator_shortlisted(creator, reviewer, two):
    reviewing.shortlist(creator, two[0])
    with pytest.raises(Forbidden) as refused:
        reviewing.shortlist(reviewer, two[0], on=False)
    assert refused.value.code == "decided_by_creator"


def test_a_rejected_one_or_one_in_editing_is_made_a_candidate_again(creator, two):
    reviewing.reject(creator, two[0])
    ImageVariant.objects.filter(pk=two[1].pk).update(status_id=VariantStatus.EDITING)
    for variant in two:
        reviewing.reconsider(creator, variant)
        assert fresh(variant).state is VariantStatus.GENERATED
        assert variant.decisions.first().verb == Verb.RECONSIDER
    reviewing.reconsider(creator, two[0])
    assert two[0].decisions.count() == 2


def test_a_reviewer_does_not_bring_back_what_a_creator_rejected(creator, reviewer, two):
    reviewing.reject(creator, two[0])
    with pytest.raises(Forbidden) as refused:
        reviewing.reconsider(reviewer, two[0])
    assert refused.value.code == "decided_by_creator"


def test_what_has_no_image_yet_is_not_shortlisted_nor_made_a_candidate(creator, character):
    make.ready(creator, character)
    (pending,) = ordering.order(creator, character, make.wish(1)).variants
    for decide in (reviewing.shortlist, reviewing.reconsider):
        with pytest.raises(NoFile):
            decide(creator, pending)


def test_the_record_says_what_changed(creator, two):
    reviewing.shortlist(creator, two[0])
    event = AuditEvent.objects.filter(verb="variant.shortlist").get()
    assert event.before == {"shortlisted": False}
    assert event.after["shortlisted"] is True
