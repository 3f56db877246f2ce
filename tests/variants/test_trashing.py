"""Deleting goes to a trash with a way back and a date; purging takes rows, the sweep files."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit.models import AuditEvent
from jobs.actors import TIMING
from jobs.claiming import claim
from jobs.handling import run
from jobs.models import Job, JobStatus
from qa.inspection import open_report
from qa.models import QAReport
from studio.integrity import faults
from studio.lib.errors import Forbidden, IllegalMove
from tests import make
from variants import ordering, retrying, reviewing, trashing, undoing
from variants.errors import IsHero, StaleRevision, StillRunning, VariantGone
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus, Verb


@pytest.fixture
def two(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 2)


@pytest.fixture
def pending(db, creator, character):
    make.ready(creator, character)
    (variant,) = ordering.order(creator, character, make.wish(1)).variants
    return variant


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


def family(creator, variant, count=3):
    """Versions 2 … of a variant, as a re-import makes them."""
    made = [variant]
    for version in range(2, count + 1):
        row = fresh(variant)
        row.pk = row.id = None
        row._state.adding = True
        row.root, row.parent_variant, row.version = variant, made[-1], version
        row.request = row.job = None
        row.save()
        made.append(row)
    return made


def wrong():
    return [fault for fault in faults() if fault.code != "variant_without_work"]


def test_a_deleted_variant_is_restored_as_it_was(creator, two, settings):
    settings.TRASH_DAYS = 7
    reviewing.reject(creator, two[0])
    trashing.trash(creator, two[0], note="blurred")
    row = fresh(two[0])
    kept = row.purge_at - row.deleted_at
    assert kept == timedelta(days=7)
    assert row.decisions.first().verb == Verb.TRASH
    assert not ImageVariant.objects.present().filter(pk=row.pk).exists()
    trashing.restore(creator, row)
    row = fresh(two[0])
    assert (row.deleted_at, row.purge_at, row.state) == (None, None, VariantStatus.REJECTED)
    trashing.restore(creator, row)
    assert row.decisions.count() == 3
    verbs = AuditEvent.objects.filter(object_pk=str(row.pk)).values_list("verb", flat=True)
    assert {"variant.trash", "variant.restore"} <= set(verbs)


def test_deleting_is_undone_like_any_decision(creator, two):
    trashing.trash(creator, two[0])
    undoing.undo_last(creator, two[0].character)
    assert not fresh(two[0]).is_trashed
    undoing.redo_last(creator, two[0].character)
    assert fresh(two[0]).is_trashed


def test_a_hero_is_not_deleted_in_one_step(creator, two):
    reviewing.approve(creator, two[0])
    for way in (trashing.trash, trashing.purge):
        with pytest.raises(IsHero) as refused:
            way(creator, two[0])
        assert (refused.value.status, refused.value.code) == (409, "is_hero")
    assert not fresh(two[0]).is_trashed
    reviewing.reconsider(creator, two[0])
    trashing.trash(creator, two[0])
    assert fresh(two[0]).is_trashed


def test_reviewers_do_not_delete(reviewer, two):
    for way in (trashing.trash, trashing.restore, trashing.purge):
        with pytest.raises(Forbidden):
            way(reviewer, two[0])


def test_what_is_in_the_trash_is_not_decided_on(creator, two):
    trashing.trash(creator, two[0])
    with pytest.raises(VariantGone, match="moved to the trash by cleo") as refused:
        reviewing.approve(creator, two[0])
    assert (refused.value.status, refused.value.extra["by"]) == (409, "cleo")


def test_a_stale_look_deletes_nothing(creator, reviewer, two):
    seen = two[0].revision
    reviewing.shortlist(reviewer, two[0])
    for way in (trashing.trash, trashing.purge):
        with pytest.raises(StaleRevision, match="shortlisted by rex"):
            way(creator, two[0], revision=seen)
    assert not fresh(two[0]).is_trashed


def test_deleting_what_waits_cancels_its_job(creator, pending):
    trashing.trash(creator, pending)
    row = fresh(pending)
    assert (row.state, row.is_trashed) == (VariantStatus.CANCELLED, True)
    assert row.job.state is JobStatus.CANCELLED
    trashing.restore(creator, row)
    retrying.retry(creator, fresh(pending))
    assert fresh(pending).state is VariantStatus.PENDING


def test_deleting_what_runs_stops_it_and_the_end_is_kept(creator, pending):
    lease = claim("comfy", "test", TIMING)
    ImageVariant.objects.filter(pk=pending.pk).update(status_id=VariantStatus.GENERATING)
    trashing.trash(creator, pending)
    with pytest.raises(StillRunning):
        trashing.purge(creator, pending)
    run(lease)
    row = fresh(pending)
    assert row.job.state is JobStatus.CANCELLED
    assert (row.state, row.is_trashed) == (VariantStatus.CANCELLED, True)
    trashing.purge(creator, row)
    assert not ImageVariant.objects.filter(pk=row.pk).exists()


def test_purging_takes_the_record_its_checks_and_decisions_and_leaves_files_to_the_sweep(
    creator, two
):
    report = open_report(two[0].project_id, "variant")
    ImageVariant.objects.filter(pk=two[0].pk).update(qa_report=report)
    reviewing.reject(creator, two[0])
    key = two[0].file_path
    trashing.purge(creator, two[0])
    assert list(ImageVariant.objects.values_list("pk", flat=True)) == [two[1].pk]
    assert not QAReport.objects.filter(pk=report.pk).exists()
    assert default_storage.exists(key)
    assert set(Job.objects.values_list("url", flat=True)) == {"", f"/variants/{two[1].pk}/"} | {
        job.url for job in Job.objects.filter(kind__name__startswith="source.")
    }
    assert AuditEvent.objects.get(verb="variant.purge").before["sha256"] == two[0].sha256
    with pytest.raises(VariantGone, match="for good"):
        reviewing.approve(creator, two[0])
    assert {fault.code for fault in wrong()} <= {"work_without_variant"}


def test_the_date_purges_what_is_due_and_nothing_else(creator, two):
    for variant in two:
        trashing.trash(creator, variant)
    ImageVariant.objects.filter(pk=two[0].pk).update(purge_at=Now() - timedelta(minutes=1))
    trashing.purge_due()
    assert list(ImageVariant.objects.values_list("pk", flat=True)) == [two[1].pk]
    event = AuditEvent.objects.get(verb="variant.purge")
    assert (event.actor, event.channel) == (None, "worker")


def test_versions_outlive_the_one_they_come_from(creator, two):
    first, second, third = family(creator, two[0])
    trashing.purge(creator, second)
    assert fresh(third).parent_variant is None
    assert (fresh(third).root_id, fresh(third).version) == (first.pk, 3)
    assert "version_gap" not in {fault.code for fault in wrong()}


def test_a_purged_first_version_passes_the_family_on(creator, two):
    first, second, third = family(creator, two[0])
    trashing.purge(creator, first)
    assert (fresh(second).root_id, fresh(second).version) == (None, 1)
    assert (fresh(third).root_id, fresh(third).version) == (second.pk, 3)
    assert fresh(third).parent_variant_id == second.pk
    codes = {fault.code for fault in wrong()}
    assert not codes & {"version_gap", "wrong_root", "foreign_parent", "request_count"}


def test_a_gap_that_nobody_purged_is_found(creator, two):
    _, second, _ = family(creator, two[0])
    second.children.update(parent_variant=None)
    second.delete()
    assert "version_gap" in {fault.code for fault in wrong()}


def test_the_database_keeps_heroes_out_of_the_trash(creator, two):
    reviewing.approve(creator, two[0])
    now = timezone.now()
    for variant, changes in (
        (two[0], {"deleted_at": now, "purge_at": now}),
        (two[1], {"deleted_at": now}),
        (two[1], {"purge_at": now}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImageVariant.objects.filter(pk=variant.pk).update(**changes)


def test_restoring_what_is_rejected_leaves_it_rejected(creator, two):
    reviewing.reject(creator, two[0])
    trashing.trash(creator, two[0])
    trashing.restore(creator, two[0])
    with pytest.raises(IllegalMove):
        reviewing.approve(creator, two[0])
