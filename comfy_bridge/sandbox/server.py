"""Daphne, with one addition: a connection can be broken off without an answer.

Knows Daphne and Twisted; nothing of ComfyUI.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable
from typing import Any

from autobahn.exception import Disconnected
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol

from comfy_bridge.sandbox.sockets import ABORT

NEVER_S = 10**9
MAX_FRAME_BYTES = 128 * 1024 * 1024


class AbortableServer(Server):  # type: ignore[misc]  # Daphne has no types
    """A Daphne server on one loopback port that tells when it listens."""

    def __init__(
        self,
        application: Any,
        port: int,
        on_loop: Callable[[asyncio.AbstractEventLoop], None],
        on_listening: Callable[[int], None],
    ) -> None:
        super().__init__(
            application,
            endpoints=[f"tcp:port={port}:interface=127.0.0.1"],
            ready_callable=lambda: on_loop(asyncio.get_event_loop()),
            ping_interval=NEVER_S,  # ComfyUI sends no pings
            websocket_timeout=NEVER_S,
            websocket_max_message_size=MAX_FRAME_BYTES,  # counts for what is sent, too
            websocket_max_frame_size=MAX_FRAME_BYTES,
            request_buffer_size=1024 * 1024,
            application_close_timeout=2,
            server_name="comfyui-sandbox",
            verbosity=0,
        )
        self._on_listening = on_listening
        self.failure = ""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Daphne's hook, called for each request and socket."""
        scope["extensions"] = {ABORT: functools.partial(_abort, protocol)}
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Daphne's hook for all that is sent; a socket that is just closing takes nothing more."""
        with contextlib.suppress(Disconnected):
            await super().handle_reply(protocol, message)

    def listen_success(self, port: Any) -> None:
        """Daphne's hook."""
        super().listen_success(port)
        self._on_listening(port.getHost().port)

    def listen_error(self, failure: Any) -> None:
        """Daphne's hook."""
        self.failure = failure.getErrorMessage()
        super().listen_error(failure)


def _abort(protocol: Any) -> None:
    transport = protocol.transport if isinstance(protocol, WebSocketProtocol) else None
    if transport is None and getattr(protocol, "channel", None) is not None:
        transport = protocol.channel.transport
    if transport is not None:
        with contextlib.suppress(AttributeError):  # already gone
            transport.abortConnection()
