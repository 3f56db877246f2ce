"""Progress is told often enough to look alive, seldom enough to cost nothing, and never lost."""

import pytest

from jobs import claiming
from jobs.claiming import Timing
from jobs.models import Job
from tests.jobs.conftest import until


@pytest.fixture
def clock(monkeypatch):
    """Time stands still until a test moves it."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(claiming, "time", made)
    return made


@pytest.fixture
def told(monkeypatch):
    events = []

    def tell(job, _preview):
        events.append((job.progress, job.note))

    monkeypatch.setattr("jobs.publishing.job_progress", tell)
    return events


def row(lease):
    return Job.objects.values_list("progress", "note").get(pk=lease.job.pk)


def test_a_row_at_most_once_a_second_and_an_event_at_most_ten_times(work, clock, told):
    work.one()
    lease = work.claim()
    rows = set()
    for step in range(200):  # one second, two hundred steps
        lease.progress(step / 400, f"step {step}")
        rows.add(row(lease))
        clock.now += 0.005
    assert len(rows) <= 2
    assert 9 <= len(told) <= 11


def test_the_last_state_is_told_by_the_next_look_though_it_came_too_soon(work, clock, told):
    work.one()
    lease = work.claim()
    lease.progress(0.1, "Sending the source image")
    lease.progress(0.2, "Waiting at ComfyUI, 3 ahead")
    assert told == [(0.1, "Sending the source image")]
    assert row(lease) == (0.1, "Sending the source image")
    clock.now += 1
    lease.check_cancel()
    assert told[-1] == (0.2, "Waiting at ComfyUI, 3 ahead")
    assert row(lease) == (0.2, "Waiting at ComfyUI, 3 ahead")
    lease.check_cancel()
    assert len(told) == 2, "and it is told once"


def test_a_heartbeat_tells_it_for_a_handler_that_never_looks(committed_work, told):
    committed_work.one()
    lease = committed_work.claim(timing=Timing(30, 0.05, 3))
    with lease.beating():
        lease.progress(0.1, "first")
        lease.progress(0.7, "last")
        until(lambda: row(lease) == (0.7, "last"))
    assert told[-1] == (0.7, "last")


def test_an_impossible_fraction_is_cut_to_the_scale(work, clock, told):
    work.one()
    lease = work.claim()
    for given, kept in ((1.7, 1.0), (-3.0, 0.0)):
        clock.now += 2
        lease.progress(given)
        assert row(lease)[0] == kept


def test_a_job_that_goes_back_to_the_queue_begins_at_zero_again(work, clock, told):
    work.one()
    lease = work.claim()
    lease.progress(0.6, "step 6 of 10")
    lease.give_back()
    assert row(lease) == (0.0, "")
