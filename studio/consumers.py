"""The live socket: JSON events for programs, rendered fragments for pages."""

import json
import re
import time
from collections import OrderedDict
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from characters.models import Character
from people.models import Project, User
from people.tickets import spend

MAX_GROUPS = 200
REMEMBERED = 256
RECHECK_S = 2.0
MAX_MESSAGE = 16 * 1024  # characters
_TOPIC = re.compile(r"(project|character)-([1-9][0-9]{0,17})")
SIGNED_OUT = 4401
TOO_BIG = 4413  # 1009 is the server's own to send
SessionStore = import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class EventsConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/events/`: what happens in the projects and characters that the person may see.

    `?fragments=tray&fragments=character-5` makes it a page's socket: it is sent HTML for those
    parts only. Without it every event comes as JSON; `{"subscribe": ["character-5"]}` narrows.
    A program, which has no session, comes with `?ticket=…` (POST auth/ws-ticket).
    """

    async def connect(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        user = await self._who(query.get("ticket", []))
        if user is None:
            await self.close(SIGNED_OUT)
            return
        self.user = user
        self.pages = set(query.get("fragments", []))
        self.seen: OrderedDict[str, None] = OrderedDict()
        asked = [topic for topic in self.pages if topic != "tray"]
        groups = await self._visible(asked)
        self.joined = groups
        self.checked_at = time.monotonic()
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        for group in getattr(self, "joined", []):
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Bytes, broken JSON and JSON that is nested too deeply are answered, not failed over."""
        if text_data is not None and len(text_data) > MAX_MESSAGE:
            await self.close(TOO_BIG)
            return
        try:
            content = json.loads(text_data or "")
        except (ValueError, RecursionError):
            content = None
        await self.receive_json(content)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        topics = content.get("subscribe") if isinstance(content, dict) else None
        if not isinstance(topics, list) or len(topics) > MAX_GROUPS:
            await self.send_json({"type": "error", "code": "bad_message"})
            return
        groups = await self._visible([str(topic) for topic in topics], projects=False)
        for group in set(self.joined) - set(groups):
            await self.channel_layer.group_discard(group, self.channel_name)
        for group in set(groups) - set(self.joined):
            await self.channel_layer.group_add(group, self.channel_name)
        self.joined = groups
        await self.send_json({"type": "subscribed", "topics": groups})

    async def studio_event(self, message: dict[str, Any]) -> None:
        """Send on what reached one of the groups, once; the permission is checked again."""
        event = message["event"]
        if event["id"] in self.seen:
            return
        self.seen[event["id"]] = None
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        await self._check_again()
        if message["group"] not in self.joined:
            return
        if not self.pages:
            await self.send_json(event)
            return
        html = "".join(part for page, part in message["fragments"].items() if page in self.pages)
        if html:
            await self.send(text_data=html)

    async def _check_again(self) -> None:
        """Leave the groups that the person may no longer hear; looks every two seconds at most."""
        now = time.monotonic()
        if now - self.checked_at < RECHECK_S:
            return
        self.checked_at = now
        allowed = await self._visible([group for group in self.joined if "user-" not in group])
        for group in set(self.joined) - set(allowed):
            await self.channel_layer.group_discard(group, self.channel_name)
            self.joined.remove(group)
        if not self.joined:
            await self.close(SIGNED_OUT)

    @database_sync_to_async
    def _who(self, tickets: list[str]) -> User | None:
        """The person of the ticket, which is used by this, or else of the session."""
        user = spend(tickets[0]) if tickets else self.scope.get("user")
        if not isinstance(user, User):
            return None
        self.sealed = user.get_session_auth_hash() if tickets else None
        return user

    def _signed_in(self, user: User) -> bool:
        """Whether what opened the socket stands: no sign-out, no new password since."""
        sealed = self.sealed
        if sealed is None:
            stored = SessionStore(self.scope["session"].session_key)
            sealed = stored.get(HASH_SESSION_KEY, "")
        return constant_time_compare(sealed, user.get_session_auth_hash())

    @database_sync_to_async
    def _visible(self, topics: list[str], *, projects: bool = True) -> list[str]:
        """Groups to join: the person's own, the topics asked for, and all their projects."""
        user = User.objects.filter(pk=self.user.pk, is_active=True).first()
        if user is None or not self._signed_in(user):
            return []
        self.user = user  # read anew: roles are remembered on the instance
        matches = [match for topic in topics[:MAX_GROUPS] if (match := _TOPIC.fullmatch(topic))]
        rows = {
            "project": Project.objects.visible_to(user),
            "character": Character.objects.visible_to(user),
        }
        groups = [f"user-{user.pk}"]
        for kind, visible in rows.items():
            asked = [int(match[2]) for match in matches if match[1] == kind]
            found = visible.filter(pk__in=asked).values_list("pk", flat=True) if asked else []
            groups += [f"{kind}-{pk}" for pk in found]
        if projects:
            pks = rows["project"].values_list("pk", flat=True)[:MAX_GROUPS]
            groups += [f"project-{pk}" for pk in pks]
        return list(dict.fromkeys(groups))[:MAX_GROUPS]
