"""The Dramatiq broker: Redis when there is one, else in this process's memory.

Dramatiq only delivers and runs; leases, order and retries are the job rows' affair, so its own
Retries and TimeLimit are off.
"""

import os
import threading
from typing import Any

import dramatiq
from django.conf import settings
from django.db import close_old_connections, connections
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from redis import Redis

REDIS_CONNECT_S = 3.0
REDIS_ANSWER_S = 10.0
POLL_MS = 50

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

    Dramatiq's defaults poll once a second and hoard twice as many messages as there are threads.
    Its environment variables still win.
    """

    def before_worker_boot(self, broker: Any, worker: Any) -> None:
        if "dramatiq_worker_timeout" not in os.environ:
            worker.worker_timeout = POLL_MS
        if "dramatiq_queue_prefetch" not in os.environ:
            worker.queue_prefetch = 1

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        leaving.set()


def make_broker(redis_url: str, prefix: str) -> dramatiq.Broker:
    """A Redis broker whose names begin with `prefix`; in memory when `redis_url` is empty."""
    if not redis_url:
        return StubBroker(middleware=[DatabaseConnections()])
    client = Redis.from_url(
        redis_url, socket_connect_timeout=REDIS_CONNECT_S, socket_timeout=REDIS_ANSWER_S
    )
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=client, middleware=[DatabaseConnections(), Pace()], namespace=prefix
    )


broker = make_broker(settings.REDIS_URL, settings.REDIS_PREFIX)
dramatiq.set_broker(broker)
