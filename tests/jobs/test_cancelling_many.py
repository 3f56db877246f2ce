"""Stopping many jobs in one go: one statement for each state, a row of the record for each job."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from jobs import asking
from jobs.models import Job, JobStatus
from studio.lib.errors import Forbidden


def jobs_of(work, count):
    return [job.pk for job in work.ask(count)]


def test_the_waiting_end_the_running_are_asked_and_the_ended_are_left(work):
    ids = jobs_of(work, 4)
    lease = work.claim()
    asking.cancel(work.creator, Job.objects.get(pk=ids[3]))
    rows = Job.objects.filter(pk__in=ids)
    assert asking.cancel_all(work.creator, rows) == 3
    running = Job.objects.get(pk=lease.job.pk)
    assert (running.state, running.note) == (JobStatus.RUNNING, "Cancelling")
    assert running.cancel_requested_at is not None
    assert rows.filter(status_id=JobStatus.CANCELLED, error_code="cancelled").count() == 3
    assert work.followed == ["cancelled"] * 3
    assert asking.cancel_all(work.creator, rows) == 1  # the one that still runs is asked again
    recorded = AuditEvent.objects.filter(verb="job.cancel", actor=work.creator)
    assert {int(event.object_pk) for event in recorded} == set(ids)


@pytest.mark.parametrize("table", ["jobs", "audit_events"])
def test_it_writes_as_often_however_many_there_are(work, table):
    written = []
    for count in (2, 9):
        rows = Job.objects.filter(pk__in=jobs_of(work, count))
        with CaptureQueriesContext(connection) as captured:
            assert asking.cancel_all(work.creator, rows) == count
        words = [query["sql"].split('"')[:2] for query in captured]
        written.append(sum(word in (["UPDATE ", table], ["INSERT INTO ", table]) for word in words))
    assert written[0] == written[1] > 0


def test_a_reviewer_stops_nothing(work, reviewer):
    (pk,) = jobs_of(work, 1)
    with pytest.raises(Forbidden):
        asking.cancel_all(reviewer, Job.objects.filter(pk=pk))
    assert Job.objects.get(pk=pk).state is JobStatus.QUEUED
