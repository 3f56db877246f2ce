"""Each edge of MOVES is one conditional UPDATE, and there is no other edge."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from jobs import asking
from jobs.claiming import Lease
from jobs.errors import Cancelled, LeaseLost, NotCancellable, NotRetryable, Retryable
from jobs.models import MOVES, Job, JobStatus
from jobs.sweeping import take_up
from tests.jobs.conftest import TIMING

S = JobStatus


def cancel(work, job, lease):
    asking.cancel(work.creator, job)


def retry(work, job, lease):
    asking.retry(work.creator, job)


def claim(work, job, lease):
    work.claim()


def finish(work, job, lease):
    with lease.finish():
        pass


def fail(work, job, lease):
    lease.failed(Retryable("It broke."))


def put_back(work, job, lease):
    lease.retry_or_fail(Retryable("It broke."))


def give_back(work, job, lease):
    lease.give_back()


def stop(work, job, lease):
    lease.cancelled(Cancelled("Cancelled."))


def lose(work, job, lease):
    take_up(Q(pk=job.pk))


VERBS = (cancel, retry, claim, finish, fail, put_back, give_back, stop, lose)
REFUSALS = (LeaseLost, NotCancellable, NotRetryable)


def job_in(work, state):
    """A job in that state, as the product makes one, and a lease on it that is good or spent."""
    job = work.one()
    if state is S.QUEUED:
        lease = Lease(Job.objects.select_related("kind").get(pk=job.pk), TIMING, work.never)
        return job, lease
    lease = work.claim()
    ends = {S.SUCCEEDED: finish, S.FAILED: fail, S.CANCELLED: stop}
    if state in ends:
        ends[state](work, job, lease)
    return job, lease


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("state", list(S), ids=lambda state: state.label)
def test_a_verb_moves_along_an_edge_or_not_at_all(work, state, verb):
    job, lease = job_in(work, state)
    before = Job.objects.filter(pk=job.pk).values().get()
    try:
        verb(work, Job.objects.get(pk=job.pk), lease)
    except REFUSALS:
        assert Job.objects.filter(pk=job.pk).values().get() == before
        return
    after = Job.objects.get(pk=job.pk).state
    assert after is state or after in MOVES[state]


def test_every_edge_has_a_verb(work):
    seen = set()
    for state in S:
        for verb in VERBS:
            Job.objects.all().delete()
            job, lease = job_in(work, state)
            try:
                verb(work, Job.objects.get(pk=job.pk), lease)
            except REFUSALS:
                continue
            after = Job.objects.get(pk=job.pk).state
            if after is not state:
                seen.add((state, after))
    assert seen == {(state, to) for state, tos in MOVES.items() for to in tos}


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        (S.QUEUED, claim),
        (S.QUEUED, cancel),
        (S.RUNNING, finish),
        (S.RUNNING, fail),
        (S.RUNNING, put_back),
        (S.RUNNING, give_back),
        (S.RUNNING, stop),
        (S.RUNNING, lose),
        (S.FAILED, retry),
        (S.CANCELLED, retry),
    ],
    ids=lambda value: getattr(value, "label", None) or value.__name__,
)
def test_the_move_is_one_update_that_names_the_state_it_leaves(work, state, verb):
    job, lease = job_in(work, state)
    row = Job.objects.get(pk=job.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        verb(work, row, lease)
    moves = [
        query["sql"].replace('"', "")
        for query in queries
        if query["sql"].startswith('UPDATE "jobs"')
        and '"status_id" =' in query["sql"].split("WHERE")[0]
    ]
    assert len(moves) == 1, moves
    condition = moves[0].split("WHERE")[1]
    assert "jobs.status_id" in condition
    if verb in (finish, fail, put_back, give_back, stop, lose):
        assert "jobs.fence =" in condition
