"""The Dramatiq broker: Redis when there is one, else in this process's memory.

Dramatiq only delivers and runs; leases, order and retries are the job rows' affair, so its own
Retries and TimeLimit are off.
"""

from typing import Any

import dramatiq
from django.conf import settings
from django.db import close_old_connections, connections
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker


class DatabaseConnections(dramatiq.Middleware):
    """Close a worker thread's connections when they are old, and when the thread ends."""

    def before_process_message(self, broker: Any, message: Any) -> None:
        close_old_connections()

    def after_process_message(self, broker: Any, message: Any, **outcome: Any) -> None:
        close_old_connections()

    def before_worker_thread_shutdown(self, broker: Any, thread: Any) -> None:
        connections.close_all()


def make_broker(redis_url: str) -> dramatiq.Broker:
    """A Redis broker, or a stub broker in memory when `redis_url` is empty."""
    middleware = [DatabaseConnections()]
    if redis_url:
        return RedisBroker(url=redis_url, middleware=middleware, namespace="studio")
    return StubBroker(middleware=middleware)


broker = make_broker(settings.REDIS_URL)
dramatiq.set_broker(broker)
