"""The Dramatiq actors, one per queue: a wake-up claims and runs what is due until nothing is."""

import os
import socket
import uuid
from functools import partial

import dramatiq
from django.conf import settings

from jobs.broker import broker
from jobs.claiming import Among, Timing, claim
from jobs.handling import run
from jobs.models import QUEUES

TIMING = Timing(settings.JOB_LEASE_S, settings.JOB_HEARTBEAT_S, settings.JOB_MAX_ATTEMPTS)
OWNER = ":".join(
    [
        "embedded" if settings.STUDIO_WORKERS == "embedded" else "worker",
        socket.gethostname(),
        str(os.getpid()),
        uuid.uuid4().hex[:8],
    ]
)

_among: dict[str, Among] = {}


def narrow(queue: str, among: Among) -> None:
    """Let `among` choose which due jobs of a queue may be claimed now (a server is free, say)."""
    _among[queue] = among


def drain(queue: str) -> int:
    """Claim and run due jobs of `queue` until none is left; returns how many."""
    count = 0
    while lease := claim(queue, OWNER, TIMING, _among.get(queue)):
        run(lease)
        count += 1
    return count


ACTORS = {
    queue: dramatiq.Actor(
        partial(drain, queue),
        broker=broker,
        actor_name=f"wake_{queue}",
        queue_name=queue,
        priority=0,
        options={},
    )
    for queue in QUEUES
}
