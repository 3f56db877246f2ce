"""Live events: one `push()` that reaches every browser, embedded or over Redis.

An event is a hint; the row is the truth. Embedded, the message is handed to the server's loop in
this process. With Redis any process publishes, and each server process hears everything through
one subscription: what a message costs does not grow with the subscriptions of its sockets.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from redis import Redis
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from studio.lib.figures import EVENTS_DROPPED, EVENTS_PUSHED
from studio.lib.hub import Hub, Message

log = logging.getLogger(__name__)

ANSWER_S = 3.0
QUIET_S = 15.0
AGAIN_S = 1.0


class Server:
    """The server's side: its loop, its hub, and with Redis the one subscription of the process."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.hub = Hub()
        self._hears = asyncio.Event()
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        hearing = self._listen(settings.REDIS_URL) if settings.REDIS_URL else self._take_in()
        self._task = loop.create_task(hearing)

    async def hears(self, timeout_s: float = ANSWER_S) -> bool:
        """Whether messages arrive, waiting for the subscription at the start."""
        try:
            await asyncio.wait_for(self._hears.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    def hand(self, message: Message) -> None:
        """Deliver from any thread of this process."""
        self.loop.call_soon_threadsafe(self._inbox.put_nowait, message)

    async def _take_in(self) -> None:
        self._hears.set()
        while True:
            await self.hub.deliver(await self._inbox.get())

    async def _listen(self, url: str) -> None:
        while True:
            try:
                await self._subscribe(url)
            except (OSError, RedisError) as error:
                log.warning("live events are interrupted, trying again: %s", error)
            self._hears.clear()
            await asyncio.sleep(AGAIN_S)

    async def _subscribe(self, url: str) -> None:
        # Redis' own retries would hide a gap; here it is told to everybody who listens.
        client = aioredis.Redis.from_url(
            url,
            socket_connect_timeout=ANSWER_S,
            socket_timeout=None,
            retry=Retry(NoBackoff(), 0),
        )
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(_channel(client))
            while True:
                heard = await subscription.get_message(timeout=QUIET_S)
                if heard is None:
                    await subscription.ping()
                    heard = await subscription.get_message(timeout=ANSWER_S)
                if heard is None:
                    raise ConnectionError("Redis fell silent")
                if heard["type"] == "subscribe":
                    await self.hub.restart()
                    self._hears.set()
                elif heard["type"] == "message":
                    await self.hub.deliver(Message.unpacked(heard["data"]))


_server: dict[str, Server] = {}


def serve_from(loop: asyncio.AbstractEventLoop) -> None:
    """Remember the server's loop (called by the ASGI entry; Daphne has no lifespan)."""
    if "here" not in _server or _server["here"].loop is not loop:
        _server["here"] = Server(loop)


def server() -> Server:
    """The server of this process; KeyError where none was started."""
    return _server["here"]


def push(
    event: str,
    groups: Iterable[str],
    *,
    fragments: Mapping[str, str] | None = None,
    **data: Any,
) -> None:
    """Send one event to the groups (`project-1`, `character-5`, `user-3`).

    `fragments` maps a page's name (`character-5`, `tray`) to HTML rendered once for all its
    readers. A listener in several groups gets it once. Never raises for want of a listener or of
    Redis: the row is committed already.
    """
    _send(_told(event, data), groups, fragments)


def _send(
    told: Mapping[str, Any], groups: Iterable[str], fragments: Mapping[str, str] | None
) -> None:
    message = Message(tuple(dict.fromkeys(groups)), told, dict(fragments or {}))
    EVENTS_PUSHED.inc()
    if settings.REDIS_URL:
        try:
            client = _redis(settings.REDIS_URL)
            client.publish(_channel(client), message.packed())
        except (OSError, RedisError) as error:
            EVENTS_DROPPED.labels("redis_away").inc()
            log.warning("event %s for %s was not sent: %s", told["type"], message.groups, error)
    elif "here" in _server and _server["here"].loop.is_running():
        _server["here"].hand(message)
    else:
        EVENTS_DROPPED.labels("no_server").inc()


Hook = Callable[[Mapping[str, Any], Sequence[str]], None]

_hooks: list[Hook] = []


def before_commit(hook: Hook) -> None:
    """Let `hook(event, groups)` write rows in the transaction of each event that is announced."""
    _hooks.append(hook)


def push_on_commit(
    event: str,
    groups: Iterable[str],
    *,
    fragments: Mapping[str, str] | None = None,
    **data: Any,
) -> None:
    """Push after the running transaction commits; a rollback says nothing."""
    told, names = _told(event, data), list(groups)
    for hook in _hooks:
        hook(told, names)
    transaction.on_commit(partial(_send, told, names, fragments))


def _told(event: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": event, "id": uuid.uuid4().hex, "at": timezone.now().isoformat(), **data}


def _channel(client: "Redis | aioredis.Redis") -> str:
    # Redis' channels know no database numbers: two studios on one Redis must not hear each other.
    number = client.connection_pool.connection_kwargs.get("db") or 0
    return f"{settings.REDIS_PREFIX}:{number}:events"


@cache
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=ANSWER_S, socket_timeout=ANSWER_S)
