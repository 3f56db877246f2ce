"""The baseline: approve, reject, unlock, and what each refuses."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from characters import approving, describing, receiving
from characters.errors import AppearanceLocked, ContentRefused, NoBaseImage, QAFailed, QAPending
from characters.models import BaselineStatus, Character
from studio.lib.errors import Forbidden, IllegalMove, NotFound
from studio.lib.pictures import Limits
from tests import make

pytestmark = pytest.mark.django_db


def test_an_upload_makes_a_draft_and_records_the_transition(creator, character):
    source = make.source(creator, character)
    character.refresh_from_db()
    assert character.baseline is BaselineStatus.DRAFT
    assert character.current_source == source
    decision = character.baseline_decisions.get()
    assert (decision.from_status_id, decision.to_status_id) == (1, 2)
    assert decision.decided_by == creator


def test_approving_locks_and_twice_changes_nothing(creator, character):
    make.passed_source(creator, character)
    approving.approve_baseline(creator, character)
    approving.approve_baseline(creator, character)
    character.refresh_from_db()
    assert character.is_locked
    assert character.baseline_decisions.filter(to_status_id=BaselineStatus.APPROVED).count() == 1
    assert AuditEvent.objects.filter(verb="baseline.approved").count() == 1


def test_without_an_image_it_is_no_base_image(creator, character):
    with pytest.raises(NoBaseImage) as refused:
        approving.approve_baseline(creator, character)
    assert refused.value.status == 400


def test_it_waits_for_the_checks(creator, character):
    make.source(creator, character)
    character.refresh_from_db()
    with pytest.raises(QAPending):
        approving.approve_baseline(creator, character)


def test_a_failed_check_needs_an_admin_and_a_reason(creator, admin, character):
    make.passed_source(creator, character, verdict=3)
    with pytest.raises(QAFailed):
        approving.approve_baseline(creator, character)
    with pytest.raises(Forbidden):
        approving.approve_baseline(creator, character, override=True, reason="please")
    with pytest.raises(approving.ReasonNeeded):
        approving.approve_baseline(admin, character, override=True)
    approving.approve_baseline(admin, character, override=True, reason="the only photo there is")
    assert character.baseline_decisions.first().overrode_qa is True


@pytest.mark.parametrize("depicts", ["real_person", "unknown"])
def test_a_real_person_needs_an_attestation(creator, project, depicts):
    character = make.character(creator, project, depicts=depicts)
    make.passed_source(creator, character)
    with pytest.raises(ContentRefused) as refused:
        approving.approve_baseline(creator, character)
    assert refused.value.code == "attestation_required"


def test_an_approved_source_is_locked_until_unlocked(creator, character):
    make.ready(creator, character)
    with pytest.raises(AppearanceLocked):
        receiving.receive_source(creator, character, make.portrait(), "a.png", Limits())
    with pytest.raises(AppearanceLocked):
        describing.edit_character(creator, character, appearance="taller")
    describing.edit_character(creator, character, notes="free")
    approving.unlock_baseline(creator, character, "a better photo came")
    again = make.source(creator, character)
    assert again.version == 2


def test_a_rejected_one_becomes_a_draft_by_a_new_upload(creator, character):
    make.passed_source(creator, character)
    with pytest.raises(approving.ReasonNeeded):
        approving.reject_baseline(creator, character, " ")
    approving.reject_baseline(creator, character, "wrong person")
    character.refresh_from_db()
    assert character.baseline is BaselineStatus.REJECTED
    with pytest.raises(IllegalMove):
        approving.approve_baseline(creator, character)
    make.source(creator, character)
    character.refresh_from_db()
    assert character.baseline is BaselineStatus.DRAFT


def test_reviewers_do_not_decide_baselines_and_outsiders_see_none(
    creator, reviewer, outsider, character
):
    make.passed_source(creator, character)
    with pytest.raises(Forbidden):
        approving.approve_baseline(reviewer, character)
    with pytest.raises(NotFound):
        approving.approve_baseline(outsider, character)


def test_the_database_refuses_an_approved_baseline_without_a_source(character):
    with pytest.raises(IntegrityError), transaction.atomic():
        Character.objects.filter(pk=character.pk).update(baseline_status_id=BaselineStatus.APPROVED)
