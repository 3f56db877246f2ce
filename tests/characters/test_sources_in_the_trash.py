"""Old source versions can be deleted, restored and purged; the current one cannot."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from audit.models import AuditEvent
from characters import approving, trashing
from characters.errors import InUse, IsCurrentSource
from characters.models import SourceImage
from studio.integrity import faults
from studio.lib.errors import Forbidden, NotFound
from tests import make


@pytest.fixture
def versions(db, creator, character):
    """Three versions; the last is the current one."""
    made = [make.passed_source(creator, character) for _ in range(3)]
    return [SourceImage.objects.get(pk=source.pk) for source in made]


def fresh(source):
    return SourceImage.objects.get(pk=source.pk)


def codes():
    return {fault.code for fault in faults()} - {"report_without_work"}


def test_an_old_version_goes_to_the_trash_and_comes_back(creator, versions):
    trashing.trash_source(creator, versions[0])
    assert fresh(versions[0]).purge_at - fresh(versions[0]).deleted_at == timedelta(days=30)
    assert list(SourceImage.objects.present()) == versions[:0:-1]
    trashing.restore_source(creator, versions[0])
    assert fresh(versions[0]).deleted_at is None


def test_the_current_version_is_not_deleted(creator, versions):
    for way in (trashing.trash_source, trashing.purge_source):
        with pytest.raises(IsCurrentSource) as refused:
            way(creator, versions[2])
        assert (refused.value.status, refused.value.code) == (409, "is_current_source")
    assert fresh(versions[2]).deleted_at is None


def test_purging_takes_the_record_and_the_next_version_counts_on(creator, character, versions):
    report = versions[0].qa_report
    trashing.purge_source(creator, versions[0])
    assert not type(report).objects.filter(pk=report.pk).exists()
    assert AuditEvent.objects.get(verb="source.purge").before["version"] == 1
    assert make.source(creator, character).version == 4
    assert "source_versions" not in codes()
    with pytest.raises(NotFound):
        trashing.trash_source(creator, versions[0])


def test_a_version_that_something_was_made_from_is_not_purged(creator, character, versions):
    approving.approve_baseline(creator, character)
    make.generated(creator, type(character).objects.get(pk=character.pk), 2)
    approving.unlock_baseline(creator, character)
    make.source(creator, character)
    trashing.trash_source(creator, versions[2])
    with pytest.raises(InUse, match="2 images were made from it") as refused:
        trashing.purge_source(creator, versions[2])
    assert refused.value.status == 409
    SourceImage.objects.filter(pk=versions[2].pk).update(purge_at=Now() - timedelta(days=1))
    trashing.purge_due_sources()
    assert SourceImage.objects.filter(pk=versions[2].pk).exists()


def test_the_date_purges_what_is_due(creator, versions):
    for source in versions[:2]:
        trashing.trash_source(creator, source)
    SourceImage.objects.filter(pk=versions[1].pk).update(purge_at=Now() - timedelta(days=1))
    trashing.purge_due_sources()
    assert set(SourceImage.objects.values_list("version", flat=True)) == {1, 3}
    assert "source_versions" not in codes()


def test_reviewers_delete_no_source(reviewer, versions):
    for way in (trashing.trash_source, trashing.restore_source, trashing.purge_source):
        with pytest.raises(Forbidden):
            way(reviewer, versions[0])
