"""Waking workers: an empty message to a queue.

It names no job, so losing or doubling it is free.
"""

import logging

import dramatiq
from redis.exceptions import RedisError

from jobs.broker import broker
from studio.lib.fault_points import fault_point

log = logging.getLogger(__name__)


def actor_name(queue: str) -> str:
    """The name of the actor that answers a queue's wake-ups."""
    return f"wake_{queue}"


def wake(queue: str) -> None:
    """Send one wake-up; when Redis is away the sweeper's next round does it."""
    fault_point("waking.due")
    message = dramatiq.Message[None](
        queue_name=queue, actor_name=actor_name(queue), args=(), kwargs={}, options={}
    )
    try:
        broker.enqueue(message)
    except (OSError, RedisError) as error:
        log.warning("queue %s was not woken (%s); the sweeper will", queue, error)
