"""Waking workers: an empty message to a queue; it names no job, so losing or doubling it is free."""

import logging

from redis.exceptions import RedisError

from jobs import actors

log = logging.getLogger(__name__)


def wake(queue: str) -> None:
    """Send one wake-up; when Redis is away the sweeper's next round does it."""
    try:
        actors.ACTORS[queue].send()
    except (OSError, RedisError) as error:
        log.warning("queue %s was not woken (%s); the sweeper will", queue, error)
