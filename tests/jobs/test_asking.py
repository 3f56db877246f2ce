"""Asking for work is part of the transaction that needs it; waking is not."""

import pytest
from django.db import transaction

from audit.models import AuditEvent
from jobs import waking
from jobs.broker import make_broker
from jobs.models import Job, JobStatus


class Rollback(Exception):
    pass


def test_the_row_comes_with_the_transaction_and_the_wake_up_after_it(committed_work, quiet_wakes):
    with transaction.atomic():
        (job,) = committed_work.ask()
        assert quiet_wakes == []
    assert quiet_wakes == ["cpu"]
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.queue, row.lease_owner, row.fence) == (JobStatus.QUEUED, "cpu", "", 0)
    assert row.project == committed_work.project
    assert row.asked_by == committed_work.creator


def test_several_jobs_of_a_queue_wake_it_once(committed_work, quiet_wakes):
    with transaction.atomic():
        committed_work.ask(3)
    assert quiet_wakes == ["cpu"]
    assert Job.objects.count() == 3


def test_a_rollback_leaves_no_row_and_wakes_nobody(committed_work, quiet_wakes):
    def ask_and_break():
        with transaction.atomic():
            committed_work.ask(2)
            raise Rollback

    with pytest.raises(Rollback):
        ask_and_break()
    assert Job.objects.count() == 0
    assert quiet_wakes == []


def test_the_commit_holds_when_redis_is_away(committed_work, monkeypatch, caplog):
    nobody_listens = make_broker("redis://127.0.0.1:1/0", "studio")
    monkeypatch.setattr("jobs.waking.broker", nobody_listens)
    monkeypatch.setattr("jobs.waking.wake", REAL_WAKE)
    with transaction.atomic():
        (job,) = committed_work.ask()
    assert Job.objects.get(pk=job.pk).state is JobStatus.QUEUED
    assert "queue cpu was not woken" in caplog.text


def test_the_commit_holds_when_waking_breaks_in_an_unforeseen_way(committed_work, monkeypatch):
    def breaks(queue):
        raise RuntimeError(queue)

    monkeypatch.setattr("jobs.waking.wake", breaks)
    with transaction.atomic():
        (job,) = committed_work.ask()
    assert Job.objects.filter(pk=job.pk).exists()


def test_asking_alone_writes_no_audit_row(work):
    before = AuditEvent.objects.count()
    work.ask()
    assert AuditEvent.objects.count() == before


REAL_WAKE = waking.wake
