"""Queues are paused and resumed by admins, and one person's share of them has limits."""

import pytest

from audit.models import AuditEvent
from jobs import queues
from jobs.errors import NoSuchQueue, TooManyWaiting
from jobs.models import QUEUES, Job, JobQueue
from jobs.sweeping import sweep
from people.models import User
from studio.lib.errors import Forbidden
from tests.jobs.conftest import in_threads


def test_every_queue_has_its_row(db):
    assert set(JobQueue.objects.values_list("name", flat=True)) == set(QUEUES)


def test_a_paused_queue_starts_nothing_until_it_is_resumed(work, admin, quiet_wakes):
    work.one()
    queues.pause(admin, queues.queue_named("cpu"))
    quiet_wakes.clear()
    assert work.claim() is None
    assert sweep() == 0
    assert quiet_wakes == []
    queues.resume(admin, queues.queue_named("cpu"))
    assert work.claim() is not None


def test_what_runs_goes_on_while_its_queue_is_paused(work, admin):
    work.one()
    lease = work.claim()
    queues.pause(admin, queues.queue_named("cpu"))
    lease.hold()
    lease.succeed()


def test_the_other_queues_are_not_touched(work, admin):
    work.one()
    queues.pause(admin, queues.queue_named("comfy"))
    assert work.claim() is not None


def test_pausing_and_resuming_are_recorded_once(work, admin):
    for step in (queues.pause, queues.pause, queues.resume, queues.resume):
        step(admin, queues.queue_named("cpu"))
    verbs = AuditEvent.objects.filter(verb__startswith="queue.").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["queue.pause", "queue.resume"]


@pytest.mark.parametrize("step", [queues.pause, queues.resume])
def test_only_admins_steer_a_queue(work, step):
    with pytest.raises(Forbidden):
        step(work.creator, queues.queue_named("cpu"))


def test_a_queue_that_is_not_there_is_named(db):
    with pytest.raises(NoSuchQueue, match="mail"):
        queues.queue_named("mail")


def test_counts_are_those_of_the_rows(work):
    work.ask(3)
    work.claim()
    queue = queues.queue_named("cpu")
    assert (queue.waiting, queue.running) == (2, 1)
    assert queue.oldest_waiting_at == min(
        Job.objects.filter(status_id=1).values_list("created_at", flat=True)
    )
    idle = queues.queue_named("io")
    assert (idle.waiting, idle.running, idle.oldest_waiting_at) == (0, 0, None)


def test_nobody_runs_more_at_once_than_the_queue_allows(work, admin):
    JobQueue.objects.filter(name="cpu").update(user_running_max=2)
    work.ask(3)
    work.creator = admin
    [other] = work.ask(1)
    claimed = [work.claim() for _ in range(3)]
    assert other.pk in {lease.job.pk for lease in claimed}
    assert work.claim() is None
    next(lease for lease in claimed if lease.job.pk != other.pk).succeed()
    assert work.claim() is not None


def test_claims_at_the_same_time_do_not_go_beyond_it(committed_work):
    JobQueue.objects.filter(name="cpu").update(user_running_max=2)
    committed_work.ask(8)
    leases = in_threads(*[committed_work.claim] * 6)
    assert len([lease for lease in leases if lease]) == 2


def test_more_waiting_than_allowed_is_refused_with_the_numbers(work):
    JobQueue.objects.filter(name="cpu").update(user_waiting_max=4)
    work.ask(3)
    queues.require_room(work.creator, "cpu", 1)
    with pytest.raises(TooManyWaiting, match="3 jobs waiting, and 2 more") as refused:
        queues.require_room(work.creator, "cpu", 2)
    assert refused.value.extra == {"limit": 4, "waiting": 3}


def test_another_persons_jobs_do_not_count(work):
    JobQueue.objects.filter(name="cpu").update(user_waiting_max=1)
    work.ask(1)
    queues.require_room(User.objects.get(username="ada"), "cpu", 1)


def test_the_api_lists_and_steers_them(work, admin, api):
    work.ask(2)
    listed = {row["name"]: row for row in api(work.creator).get("/api/v1/queues").json()["results"]}
    assert listed["cpu"]["waiting"] == 2
    assert api(work.creator).post("/api/v1/queues/cpu/pause").status_code == 403
    assert api(admin).post("/api/v1/queues/cpu/pause").json()["paused"] is True
    assert work.claim() is None
    assert api(admin).post("/api/v1/queues/cpu/resume/").json()["paused"] is False
    missing = api(admin).get("/api/v1/queues/mail")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_queue")
