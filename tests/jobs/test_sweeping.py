"""The sweeper is the guarantee: it may run twice, and nothing that breaks stops it."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from jobs import sweeping
from jobs.models import Job, JobAttempt, JobStatus
from studio.lib.errors import StudioError
from tests.jobs.conftest import in_threads, until


@pytest.fixture
def chores(monkeypatch):
    mine = []
    monkeypatch.setattr(sweeping, "_chores", mine)
    return mine


def expire_all():
    Job.objects.filter(status_id=JobStatus.RUNNING).update(lease_until=Now() - timedelta(seconds=1))


def test_two_sweepers_at_the_same_moment_take_each_job_up_once(committed_work):
    jobs = committed_work.ask(10)
    for _ in jobs:
        committed_work.claim("dead")
    expire_all()
    taken = in_threads(sweeping.sweep, sweeping.sweep, sweeping.sweep)
    assert sum(taken) == 10
    assert Job.objects.filter(status_id=JobStatus.QUEUED).count() == 10
    assert JobAttempt.objects.filter(outcome="lost").count() == 10
    assert committed_work.followed == ["queued"] * 10


def test_every_queue_with_due_jobs_is_woken_and_no_other(work, quiet_wakes):
    jobs = work.ask(4)
    for job, queue in zip(jobs, ("cpu", "gpu", "gpu", "io"), strict=True):
        Job.objects.filter(pk=job.pk).update(queue=queue)
    Job.objects.filter(queue="io").update(due_at=Now() + timedelta(hours=1))
    sweeping.sweep()
    assert sorted(quiet_wakes) == ["cpu", "gpu"]


def test_a_delayed_job_is_woken_once_its_delay_is_over(work, quiet_wakes):
    job = work.one()
    Job.objects.filter(pk=job.pk).update(due_at=Now() + timedelta(hours=1))
    sweeping.sweep()
    assert quiet_wakes == []
    Job.objects.filter(pk=job.pk).update(due_at=Now())
    sweeping.sweep()
    assert quiet_wakes == ["cpu"]


def test_a_chore_that_breaks_keeps_no_other_from_its_turn(db, chores, caplog):
    done = []

    @sweeping.chore
    def breaks():
        raise ZeroDivisionError("this chore")

    @sweeping.chore
    def works():
        done.append(1)

    sweeping.do_chores()
    assert done == [1]
    assert "this chore" in caplog.text


def test_a_chore_that_breaks_because_the_process_ends_is_no_news(monkeypatch, caplog, chores):
    ended = threading.Thread()
    monkeypatch.setattr(sweeping.threading, "main_thread", lambda: ended)

    @sweeping.chore
    def breaks():
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    sweeping.do_chores()
    assert not caplog.records


def test_a_follower_that_breaks_does_not_stop_the_round(work, caplog):
    def breaks(job):
        raise StudioError("The variant is gone.")

    work.does(lambda lease: None, breaks)
    for _ in work.ask(3):
        work.claim("dead")
    expire_all()
    assert sweeping.sweep() == 3
    assert Job.objects.filter(status_id=JobStatus.QUEUED).count() == 3
    assert "The variant is gone." in caplog.text


def test_rounds_go_on_after_one_that_broke_and_beside_a_chore_that_hangs(
    committed_work, monkeypatch, chores
):
    rounds, stop, hang = [], threading.Event(), threading.Event()

    def round_(poison_losses):
        rounds.append(poison_losses)
        if len(rounds) == 1:
            raise OperationalError("the database is restarting")

    monkeypatch.setattr(sweeping, "sweep", round_)
    sweeping.chore(lambda: hang.wait(60))
    thread = threading.Thread(target=sweeping.keep_sweeping, args=(stop, 0.02, 3))
    thread.start()
    until(lambda: len(rounds) > 3)
    stop.set()
    hang.set()
    thread.join()
