"""The live socket: JSON events for programs, rendered fragments for pages."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.http import parse_cookie

from studio.hearing import MAX_GROUPS, Wanted, by_session, by_ticket, heard_by
from studio.lib import events
from studio.lib.hub import Message

log = logging.getLogger(__name__)

RECHECK_S = 2.0
MAX_MESSAGE = 16 * 1024  # characters
MAX_SOCKETS = 100  # of one person, in this process
MAX_MESSAGES, WINDOW_S = 120, 60.0  # that one socket may send, each of which asks the database
_TOPIC = re.compile(r"(project|character)-([1-9][0-9]{0,17})")
SIGNED_OUT = 4401
# An application may send no code below 3000 but 1000: the others are the server's own.
TOO_BIG = 4413
TOO_MANY = 4429
BROKEN = 4500
RESTARTED = 4503

_heard_by = database_sync_to_async(heard_by)
_by_session = database_sync_to_async(by_session)
_by_ticket = database_sync_to_async(by_ticket)


class EventsConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/events/`: what happens in the projects and characters that the person may see.

    `?fragments=tray&fragments=character-5` makes it a page's socket: it is sent HTML for those
    parts only. Without it every event comes as JSON; `{"subscribe": ["character-5"]}` narrows.
    A program, which has no session, comes with `?ticket=…` (POST auth/ws-ticket).
    """

    channel_layer_alias = None  # nothing is sent to one socket: the hub hands on to groups
    gone = False
    window_began_at = 0.0
    messages = 0

    async def connect(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        # Not Channels' session middleware: it would look into the session at every message sent.
        tickets = query.get("ticket")
        who = await (_by_ticket(tickets[0]) if tickets else _by_session(_session_key(self.scope)))
        if who is None:
            await self.close(SIGNED_OUT)
            return
        self.pages = set(query.get("fragments", []))
        self.joined: set[str] = set()
        self.held: list[Message] = []
        self.server = events.server()
        self.wanted = Wanted(who, _topics(self.pages))
        await self.server.hears()
        (groups,) = await _heard_by([self.wanted])
        if self.server.hub.count(f"user-{who.user_id}") >= MAX_SOCKETS:
            await self.close(TOO_MANY)
            return
        self.join(groups)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        self.gone = True
        if hasattr(self, "joined"):
            self.join([])

    def join(self, groups: list[str]) -> None:
        """Hear these groups and no others."""
        self.checked_at = time.monotonic()
        self.server.hub.leave(self, self.joined - set(groups))
        self.server.hub.join(self, set(groups) - self.joined)
        self.joined = set(groups)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Bytes, broken JSON and JSON that is nested too deeply are answered, not failed over."""
        if self._is_too_many():
            await self.close(TOO_MANY)
            return
        if text_data is not None and len(text_data) > MAX_MESSAGE:
            await self.close(TOO_BIG)
            return
        try:
            content = json.loads(text_data or "")
        except (ValueError, RecursionError):
            content = None
        await self.receive_json(content)

    def _is_too_many(self) -> bool:
        """Count a message; whether that is more than one socket may send in a while."""
        now = time.monotonic()
        if now - self.window_began_at >= WINDOW_S:
            self.window_began_at, self.messages = now, 0
        self.messages += 1
        return self.messages > MAX_MESSAGES

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        topics = content.get("subscribe") if isinstance(content, dict) else None
        if not isinstance(topics, list) or len(topics) > MAX_GROUPS:
            await self.send_json({"type": "error", "code": "bad_message"})
            return
        self.wanted = Wanted(self.wanted.who, _topics(topics), with_projects=False)
        (groups,) = await _heard_by([self.wanted])
        self.join(groups)
        await self.send_json({"type": "subscribed", "topics": groups})

    async def hear(self, message: Message) -> None:
        """Send on what reached one of the groups, under a permission at most two seconds old.

        It is read anew a little earlier; when that was too late, the message waits for it.
        """
        age_s = time.monotonic() - self.checked_at
        if age_s >= RECHECK_S * 0.75:
            _rechecks.ask(self)
        if self.held or age_s >= RECHECK_S:
            self.held.append(message)
        else:
            await self._send_on(message)

    async def restart(self) -> None:
        """Let the other side come back and fetch anew: events may be missing."""
        await self.close(RESTARTED)

    async def checked(self, wanted: Wanted, groups: list[str]) -> None:
        """The permission was read anew: send on what waited, as far as it is still allowed."""
        if self.gone:
            return
        if wanted is self.wanted:  # else it subscribed to other topics meanwhile, and was checked
            self.join(groups)
        held, self.held = self.held, []
        if not self.joined:
            await self.close(SIGNED_OUT)
        for message in held:
            if not self.joined.isdisjoint(message.groups):
                await self._send_on(message)

    async def _send_on(self, message: Message) -> None:
        if self.pages:
            text = "".join(part for page, part in message.fragments.items() if page in self.pages)
        else:
            text = message.text
        if text:
            await self.base_send({"type": "websocket.send", "text": text})


class _Rechecks:
    """Reads the permissions of all sockets that ask for it together, one batch at a time."""

    def __init__(self) -> None:
        self._asking: dict[EventsConsumer, None] = {}
        self._task: asyncio.Task[None] | None = None

    def ask(self, socket: EventsConsumer) -> None:
        """Have this socket's permission read soon; it is told by `checked`."""
        self._asking[socket] = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._asking:
            sockets, self._asking = list(self._asking), {}
            wanted = [socket.wanted for socket in sockets]
            try:
                heard = await _heard_by(wanted)
            except DatabaseError:
                log.warning("permissions of live sockets were not read", exc_info=True)
                for socket in sockets:
                    await socket.close(BROKEN)
                continue
            for socket, asked, groups in zip(sockets, wanted, heard, strict=True):
                await socket.checked(asked, groups)


_rechecks = _Rechecks()


def _session_key(scope: Mapping[str, Any]) -> str:
    """What the session cookie says; empty without one."""
    cookies = parse_cookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin1"))
    return cookies.get(settings.SESSION_COOKIE_NAME, "")


def _topics(asked: Any) -> tuple[tuple[str, int], ...]:
    """The well-formed ones, as (`character`, 5)."""
    matches = (_TOPIC.fullmatch(str(topic)) for topic in list(asked)[:MAX_GROUPS])
    return tuple((match[1], int(match[2])) for match in matches if match)
