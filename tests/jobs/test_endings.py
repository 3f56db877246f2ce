"""What a handler raises decides how its job ends."""

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from jobs import asking, handling
from jobs.claiming import BACKOFF_S, Timing
from jobs.errors import Retryable
from jobs.models import Job, JobAttempt, JobStatus
from studio.lib.errors import Conflict, StudioError
from tests.jobs.conftest import TIMING


def raises(error):
    def handler(lease):
        raise error

    return handler


def run_again(work, job):
    """Run it although its delay is not over."""
    Job.objects.filter(pk=job.pk).update(due_at=job.created_at)
    return work.run()


def test_finish_ends_it_well_with_its_rows(work):
    def handler(lease):
        with lease.finish(url="/there/"):
            lease.job.project.description = "written in finish"
            lease.job.project.save()

    work.does(handler)
    work.one()
    row = work.run()
    assert (row.state, row.progress, row.url) == (JobStatus.SUCCEEDED, 1.0, "/there/")
    assert row.finished_at is not None
    assert row.project.description == "written in finish"
    assert JobAttempt.objects.get(job=row).outcome == "succeeded"


def test_a_permanent_error_fails_at_once_with_its_sentence(work):
    work.does(raises(StudioError("The graph names a node that no server has.", code="bad_graph")))
    work.one()
    row = work.run()
    assert (row.state, row.error_code) == (JobStatus.FAILED, "bad_graph")
    assert row.error == "The graph names a node that no server has."
    attempt = JobAttempt.objects.get(job=row)
    assert (attempt.outcome, attempt.error_code, attempt.error) == (
        "failed", "bad_graph", row.error,
    )  # fmt: skip
    assert work.followed == ["failed"]


def test_a_retryable_error_is_tried_again_later_and_later_and_then_fails(work):
    work.does(raises(Retryable("The server did not answer.")))
    job = work.one()
    delays = []
    for _ in range(TIMING.max_attempts - 1):
        row = run_again(work, job)
        assert (row.state, row.error) == (JobStatus.QUEUED, "The server did not answer.")
        assert work.claim() is None, "not before its delay is over"
        ended = JobAttempt.objects.filter(job=job).latest("id").finished_at
        delays.append((row.due_at - ended).total_seconds())
    for delay, base in zip(delays, BACKOFF_S, strict=False):
        assert 0.5 * base - 1 <= delay <= 1.5 * base + 1
    row = run_again(work, job)
    assert (row.state, row.error_code) == (JobStatus.FAILED, "retryable")
    outcomes = list(JobAttempt.objects.filter(job=job).values_list("outcome", flat=True))
    assert outcomes == ["retried", "retried", "failed"]
    assert work.followed == ["queued", "queued", "failed"]


def test_the_delays_of_many_jobs_are_spread(work):
    work.does(raises(Retryable("Away.")))
    jobs = work.ask(8)
    delays = set()
    for _ in jobs:
        row = work.run()
        ended = JobAttempt.objects.get(job=row).finished_at
        delays.add(round((row.due_at - ended).total_seconds(), 2))
    assert len(delays) > 1


def test_a_person_s_retry_opens_a_new_attempt_group_with_all_its_attempts(work):
    work.does(raises(Retryable("Away.")))
    job = work.one()
    for _ in range(TIMING.max_attempts):
        row = run_again(work, job)
    assert row.state is JobStatus.FAILED
    again = asking.retry(work.creator, row)
    assert (again.state, again.attempt_group) == (JobStatus.QUEUED, 2)
    assert (again.error, again.error_code, again.progress) == ("", "", 0.0)
    assert (again.started_at, again.finished_at) == (None, None)
    assert run_again(work, job).state is JobStatus.QUEUED
    groups = JobAttempt.objects.filter(job=job).values_list("group", flat=True)
    assert list(groups) == [1, 1, 1, 2]


def test_one_attempt_means_no_second(work):
    work.does(raises(Retryable("Away.")))
    work.one()
    assert work.run(timing=Timing(60, 15, max_attempts=1)).state is JobStatus.FAILED


def test_an_unexpected_error_fails_in_a_state_of_its_own_and_is_logged(work, caplog):
    work.does(raises(ZeroDivisionError("secret detail")))
    work.one()
    row = work.run()
    assert (row.state, row.error_code) == (JobStatus.FAILED, "internal_error")
    assert "secret detail" not in row.error
    assert "secret detail" in caplog.text


def test_a_handler_that_forgets_to_finish_is_a_bug_and_says_so(work, caplog):
    work.does(lambda lease: None)
    work.one()
    assert work.run().error_code == "internal_error"
    assert "without finishing" in caplog.text


@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), InterfaceError("connection already closed")]
)
def test_a_busy_or_absent_database_is_tried_again(committed_work, error):
    committed_work.does(raises(error))
    committed_work.one()
    row = committed_work.run()
    assert (row.state, row.error_code) == (JobStatus.QUEUED, "database_away")


def test_rows_that_break_a_constraint_are_a_bug_and_not_tried_again(work):
    work.does(raises(IntegrityError("CHECK constraint failed")))
    work.one()
    assert work.run().error_code == "internal_error"


def test_a_job_whose_kind_nobody_handles_fails_instead_of_going_round(work):
    work.one()
    lease = work.claim()
    handling._registry.pop(work.kind)
    handling.run(lease)
    row = Job.objects.get(pk=lease.job.pk)
    assert (row.state, row.error_code) == (JobStatus.FAILED, "internal_error")


def test_a_follower_that_breaks_does_not_keep_the_job_running(work, caplog):
    def breaks(job):
        raise ZeroDivisionError("the follower broke")

    work.does(raises(StudioError("It is no image.", code="bad_image")), breaks)
    work.one()
    row = work.run()
    assert (row.state, row.error_code) == (JobStatus.FAILED, "bad_image")
    assert JobAttempt.objects.get(job=row).outcome == "failed"
    assert "the follower broke" in caplog.text


def test_what_a_broken_follower_wrote_is_rolled_back(work):
    def writes_and_breaks(job):
        job.project.description = "half"
        job.project.save()
        raise ZeroDivisionError

    work.does(raises(StudioError("It is no image.")), writes_and_breaks)
    work.one()
    row = work.run()
    assert row.state is JobStatus.FAILED
    assert row.project.description != "half"


def test_an_end_that_the_database_refuses_is_left_to_the_sweeper(
    committed_work, monkeypatch, caplog
):
    work = committed_work
    work.does(raises(StudioError("It is no image.")))
    work.one()
    lease = work.claim()

    def away(error):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(lease, "failed", away)
    handling.run(lease)
    assert Job.objects.get(pk=lease.job.pk).state is JobStatus.RUNNING
    assert "the sweeper takes it up" in caplog.text


def test_a_lost_race_over_a_row_is_run_again(work):
    work.does(raises(Conflict("Somebody changed this meanwhile.")))
    work.one()
    row = work.run()
    assert (row.state, row.error_code) == (JobStatus.QUEUED, "conflict")
