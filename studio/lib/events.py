"""Live events: one `push()` that reaches every browser, embedded or over Redis.

An event is a hint; the row is the truth. Embedded, the server's event loop lives in this process
and the message is handed to it; with Redis any process publishes.
"""

import asyncio
import logging
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from studio.lib.figures import EVENTS_DROPPED, EVENTS_PUSHED

log = logging.getLogger(__name__)

_server: dict[str, asyncio.AbstractEventLoop] = {}


class EmbeddedLayer(InMemoryChannelLayer):  # type: ignore[misc]  # channels is untyped
    """The layer of a server without Redis; it counts what a slow listener's full queue drops."""

    async def send(self, channel: str, message: Mapping[str, Any]) -> None:
        try:
            await super().send(channel, message)
        except ChannelFull:
            EVENTS_DROPPED.labels("listener_full").inc()
            raise


def serve_from(loop: asyncio.AbstractEventLoop) -> None:
    """Remember the server's loop (called by the ASGI entry; Daphne has no lifespan)."""
    _server["loop"] = loop


def push(
    event: str,
    groups: Iterable[str],
    *,
    fragments: Mapping[str, str] | None = None,
    **data: Any,
) -> None:
    """Send one event to the groups (`project-1`, `character-5`, `user-3`).

    `fragments` maps a page's name (`character-5`, `tray`) to HTML rendered once for all its
    readers. A listener in several groups gets it once (by `id`). Never raises for want of a
    listener or of Redis: the row is committed already.
    """
    message = {
        "type": "studio.event",
        "event": {
            "type": event,
            "id": uuid.uuid4().hex,
            "at": timezone.now().isoformat(),
            **data,
        },
        "fragments": dict(fragments or {}),
    }
    layer = get_channel_layer()
    if layer is None:
        return
    loop = _server.get("loop")
    for group in dict.fromkeys(groups):
        addressed = {**message, "group": group}
        EVENTS_PUSHED.inc()
        if loop is not None and loop.is_running():
            sending = asyncio.run_coroutine_threadsafe(layer.group_send(group, addressed), loop)
            sending.add_done_callback(_report)
        elif not isinstance(layer, InMemoryChannelLayer):
            try:
                async_to_sync(layer.group_send)(group, addressed)
            except (OSError, RedisError) as error:
                EVENTS_DROPPED.labels("redis_away").inc()
                log.warning("event %s for %s was not sent: %s", event, group, error)
        else:
            EVENTS_DROPPED.labels("no_server").inc()


def _report(sending: "Future[None]") -> None:
    if sending.cancelled():
        EVENTS_DROPPED.labels("server_ended").inc()
    elif error := sending.exception():
        EVENTS_DROPPED.labels("redis_away").inc()
        log.warning("an event was not sent: %s", error)


def push_on_commit(event: str, groups: Iterable[str], **data: Any) -> None:
    """Push after the running transaction commits; a rollback says nothing."""
    transaction.on_commit(partial(push, event, list(groups), **data))
