"""A kind of job whose handler each test brings, and a project to ask for it in."""

import threading
import time

import pytest
from django.db import connections

from jobs import handling
from jobs.asking import Ask, ask
from jobs.claiming import Timing, claim
from jobs.models import Job, JobKind
from tests import make

TIMING = Timing(lease_s=60, heartbeat_s=15, max_attempts=3)
WITHIN_S = 30


class Work:
    """Registers handlers as a kind of their own, asks for them, claims and runs them."""

    def __init__(self, project, creator, kind="test.work", queue="cpu"):
        self.project, self.creator, self.kind, self.queue = project, creator, kind, queue
        self.followed = []
        self.never = threading.Event()
        JobKind.objects.get_or_create(name=kind, defaults={"queue": queue})
        self.does(_finish)

    def does(self, handler, on_change=None):
        """From now on the kind is done by `handler`."""
        handling.handles(self.kind, self.queue, "", on_change or self._follow)(handler)

    def _follow(self, job):
        self.followed.append(job.state.label)

    def ask(self, count=1, **fields):
        asks = [Ask(self.kind, f"work {number}", {}, **fields) for number in range(count)]
        return ask(self.project.pk, self.creator, asks)

    def one(self, **fields):
        return self.ask(**fields)[0]

    def claim(self, owner="me", timing=TIMING, among=None, **more):
        return claim(self.queue, owner, timing, among, **more)

    def run(self, timing=TIMING, **more):
        """Claim the next job and run it to its end; the fresh row."""
        lease = self.claim(timing=timing, **more)
        handling.run(lease)
        return Job.objects.get(pk=lease.job.pk)


def _finish(lease):
    with lease.finish():
        pass


@pytest.fixture
def work(project, creator):
    made = Work(project, creator)
    yield made
    handling._registry.pop(made.kind, None)


@pytest.fixture
def committed_work(committed, db):
    """As `work`, on a database with real commits."""
    admin = make.user("ada", "Admin")
    project = make.project(admin, "Northlight")
    made = Work(project, make.member(project, "cleo", "Creator"))
    yield made
    handling._registry.pop(made.kind, None)


def until(condition, what="it", within_s=WITHIN_S):
    """Poll until `condition()` is true, and return what it gave."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {within_s} s in vain for {what}"
        time.sleep(0.02)
    return found


def in_threads(*works):
    """Run all at once, each in a thread of its own; the results, in order."""
    start = threading.Barrier(len(works))
    results = [None] * len(works)

    def one(number, work):
        try:
            start.wait()
            results[number] = work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
