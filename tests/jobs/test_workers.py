"""A wake-up makes a worker take what is due, one thread after another, until nothing is left."""

import queue
import threading
import time

import dramatiq
import pytest
from django.db import connections

from jobs import actors, broker, waking
from jobs.models import QUEUES, Job, JobStatus
from tests.jobs.conftest import until

REAL_WAKE = waking.wake


@pytest.fixture
def workers(committed_work, monkeypatch):
    """Real Dramatiq worker threads on the `cpu` queue, as the embedded server has them."""
    monkeypatch.setattr("jobs.waking.wake", REAL_WAKE)
    broker.broker.flush_all()
    started = []

    def start(threads=1):
        worker = dramatiq.Worker(
            broker.broker, queues={"cpu"}, worker_threads=threads, worker_timeout=50
        )
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop(timeout=20_000)
        broker.broker.middleware.remove(
            next(m for m in broker.broker.middleware if getattr(m, "worker", None) is worker)
        )
    broker.leaving.clear()  # over Redis a worker that stops means that its process ends
    connections.close_all()


def ended(count):
    return lambda: Job.objects.filter(status_id=JobStatus.SUCCEEDED).count() == count


def test_asking_is_enough(committed_work, workers):
    workers()
    committed_work.ask(3)
    until(ended(3))


def test_one_wake_up_puts_every_idle_thread_to_work(committed_work, workers):
    together = threading.Barrier(3, timeout=30)

    def handler(lease):
        together.wait()
        with lease.finish():
            pass

    committed_work.does(handler)
    workers(threads=3)
    committed_work.ask(3)
    until(ended(3))


def test_a_doubled_wake_up_does_no_harm(committed_work, workers):
    workers(threads=2)
    for _ in range(5):
        waking.wake("cpu")
    committed_work.ask(4)
    until(ended(4))
    assert list(Job.objects.values_list("attempts", flat=True)) == [1, 1, 1, 1]


def test_a_wake_up_before_the_worker_starts_is_not_lost(committed_work, workers):
    committed_work.ask(2)
    workers()
    until(ended(2))


def test_a_job_that_breaks_does_not_end_the_round(committed_work, workers):
    def handler(lease):
        if lease.job.title == "work 0":
            raise ZeroDivisionError
        with lease.finish():
            pass

    committed_work.does(handler)
    workers()
    committed_work.ask(3)
    until(ended(2))
    assert Job.objects.filter(status_id=JobStatus.FAILED).count() == 1


def test_a_process_that_is_told_to_end_takes_no_further_job(committed_work, monkeypatch):
    leaving = threading.Event()
    monkeypatch.setattr(actors, "leaving", leaving)

    def handler(lease):
        leaving.set()
        with lease.finish():
            pass

    committed_work.does(handler)
    committed_work.ask(3)
    assert actors.drain("cpu") == 1
    assert Job.objects.filter(status_id=JobStatus.QUEUED).count() == 2


def test_the_narrowing_of_a_queue_decides_what_a_worker_takes(committed_work, monkeypatch):
    monkeypatch.setitem(actors._among, "cpu", lambda due: due.filter(title="work 1"))
    committed_work.ask(3)
    assert actors.drain("cpu") == 1
    assert Job.objects.get(title="work 1").state is JobStatus.SUCCEEDED


def test_every_queue_of_a_process_has_a_thread_and_comfy_those_that_are_left():
    assert broker.shares(QUEUES, 6) == {"comfy": 3, "gpu": 1, "cpu": 1, "io": 1}


def test_a_process_for_some_queues_shares_its_threads_among_them():
    assert broker.shares({"gpu"}, 1) == {"gpu": 1}
    assert broker.shares({"gpu", "cpu"}, 4) == {"gpu": 1, "cpu": 3}
    assert broker.shares({"comfy", "io"}, 1) == {"comfy": 1, "io": 1}


def test_an_idle_worker_starts_soon_after_the_commit(committed_work, workers):
    """No limit is asserted: the figures are for the reader (pytest -s)."""
    begun = queue.Queue()

    def handler(lease):
        begun.put(time.perf_counter())
        with lease.finish():
            pass

    committed_work.does(handler)
    workers()
    waits_ms = []
    for number in range(20):
        until(ended(number))
        time.sleep(0.02)
        asked = time.perf_counter()
        committed_work.ask()
        waits_ms.append(1000 * (begun.get(timeout=30) - asked))
    waits_ms.sort()
    print(f"ask to start, embedded: median {waits_ms[10]:.1f} ms, p95 {waits_ms[18]:.1f} ms")
