"""The Dramatiq broker: Redis when there is one, else in this process's memory.

Dramatiq only delivers and runs; leases, order and retries are the job rows' affair, so its own
Retries and TimeLimit are off.
"""

import threading
from collections.abc import Collection
from typing import Any

import dramatiq
from django.conf import settings
from django.db import close_old_connections, connections
from dramatiq.brokers.stub import StubBroker
from redis import Redis

from jobs.bell import BellBroker

REDIS_CONNECT_S = 3.0
REDIS_ANSWER_S = 10.0
LOOK_AROUND_MS = 1000
# Who gets the threads that are left when each queue has one: waiting on ComfyUI needs most.
BROADEST_FIRST = ("comfy", "cpu", "io", "gpu")

leaving = threading.Event()


class DatabaseConnections(dramatiq.Middleware):
    """Close a worker thread's connections when they are old, and when the thread ends."""

    def before_process_message(self, broker: Any, message: Any) -> None:
        close_old_connections()

    def after_process_message(self, broker: Any, message: Any, **outcome: Any) -> None:
        close_old_connections()

    def before_worker_thread_shutdown(self, broker: Any, thread: Any) -> None:
        connections.close_all()


class Pace(dramatiq.Middleware):
    """How a worker process of its own takes wake-ups, and that it stops taking jobs at its end.

    Each of its queues has a thread, and the broadest those that are left: no queue starves.
    """

    def before_worker_boot(self, broker: Any, worker: Any) -> None:
        worker.worker_timeout = LOOK_AROUND_MS
        queues = worker.consumer_whitelist or broker.get_declared_queues()
        broker.share_out(shares(queues, worker.worker_threads))

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        leaving.set()


def shares(queues: Collection[str], threads: int) -> dict[str, int]:
    """How many of a process's threads may work on each of its queues at once."""
    left = max(0, threads - len(queues))
    broadest = next(name for name in BROADEST_FIRST if name in queues)
    return {name: 1 + left if name == broadest else 1 for name in queues}


def make_broker(redis_url: str, prefix: str) -> dramatiq.Broker:
    """A Redis broker whose names begin with `prefix`; in memory when `redis_url` is empty."""
    if not redis_url:
        return StubBroker(middleware=[DatabaseConnections()])
    client = Redis.from_url(
        redis_url, socket_connect_timeout=REDIS_CONNECT_S, socket_timeout=REDIS_ANSWER_S
    )
    return BellBroker(client, prefix, [DatabaseConnections(), Pace()])


broker = make_broker(settings.REDIS_URL, settings.REDIS_PREFIX)
dramatiq.set_broker(broker)
