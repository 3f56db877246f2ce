"""The Dramatiq actors, one per queue: a wake-up claims and runs what is due until nothing is."""

from functools import partial

import dramatiq
from django.conf import settings
from django.db.models import QuerySet

from jobs import attending, waking
from jobs.broker import broker, leaving
from jobs.claiming import Among, Timing, claim
from jobs.handling import kinds, run
from jobs.models import QUEUES, Job

TIMING = Timing(settings.JOB_LEASE_S, settings.JOB_HEARTBEAT_S, settings.JOB_MAX_ATTEMPTS)
KIND = "embedded" if settings.STUDIO_WORKERS == "embedded" else "worker"
OWNER = attending.name_of_process(KIND)

_among: dict[str, Among] = {}


def narrow(queue: str, among: Among) -> None:
    """Let `among` choose which due jobs of a queue may be claimed now (a server is free, say)."""
    _among[queue] = among


def drain(queue: str) -> int:
    """Claim and run due jobs of `queue` until none is left; returns how many.

    Each claim sends a wake-up on, so that another thread, here or elsewhere, looks for the next
    job while this one runs.
    """
    count = 0
    among = partial(_claimable, queue)
    while not leaving.is_set() and (lease := claim(queue, OWNER, TIMING, among, leaving)):
        waking.wake(queue)
        run(lease)
        count += 1
    return count


def _claimable(queue: str, due: QuerySet[Job]) -> QuerySet[Job]:
    known = due.filter(kind__name__in=kinds())
    return _among[queue](known) if queue in _among else known


def _woken(queue: str) -> None:
    drain(queue)


ACTORS = {
    queue: dramatiq.Actor(
        partial(_woken, queue),
        broker=broker,
        actor_name=waking.actor_name(queue),
        queue_name=queue,
        priority=0,
        options={},
    )
    for queue in QUEUES
}
broker.add_middleware(attending.Present(KIND, OWNER))
