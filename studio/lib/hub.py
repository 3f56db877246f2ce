"""Who in this process listens to which groups. Used on the server's event loop only.

Knows neither people nor sockets: whoever joins can `hear` and be `restart`ed.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from studio.lib.figures import EVENTS_DROPPED

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """One event, the HTML that pages take from it, and the groups that it is for."""

    groups: tuple[str, ...]
    event: Mapping[str, Any]
    fragments: Mapping[str, str]

    @cached_property
    def text(self) -> str:
        """The event as JSON, written once for all who listen."""
        return json.dumps(self.event)

    def packed(self) -> str:
        """The whole message as one JSON text."""
        return json.dumps([self.groups, self.event, self.fragments])

    @classmethod
    def unpacked(cls, text: str | bytes) -> "Message":
        """What `packed` gave."""
        groups, event, fragments = json.loads(text)
        return cls(tuple(groups), event, fragments)


class Listener(Protocol):
    """Somebody who listens."""

    async def hear(self, message: Message) -> None:
        """Take a message; may not wait for others."""

    async def restart(self) -> None:
        """Messages may be missing: begin anew."""


class Hub:
    """Groups and their listeners; a message reaches each listener once, in the order of sending."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[Listener, None]] = {}

    def join(self, listener: Listener, groups: Iterable[str]) -> None:
        """Let the listener hear these groups too."""
        for group in groups:
            self._groups.setdefault(group, {})[listener] = None

    def leave(self, listener: Listener, groups: Iterable[str]) -> None:
        """Take the listener out of these groups."""
        for group in groups:
            members = self._groups.get(group, {})
            members.pop(listener, None)
            if not members:
                self._groups.pop(group, None)

    def count(self, group: str) -> int:
        """How many listen to a group."""
        return len(self._groups.get(group, {}))

    async def deliver(self, message: Message) -> None:
        """Hand a message to everybody in its groups, also when it breaks one of them."""
        for listener in self._members(message.groups):
            try:
                await listener.hear(message)
            except Exception:
                EVENTS_DROPPED.labels("listener_failed").inc()
                log.exception("a live socket could not take an event")

    async def restart(self) -> None:
        """Tell everybody that messages may have been lost."""
        for listener in self._members(self._groups):
            await listener.restart()

    def _members(self, groups: Iterable[str]) -> list[Listener]:
        found: dict[Listener, None] = {}
        for group in groups:
            found.update(self._groups.get(group, {}))
        return list(found)
