"""The WebSockets: who is connected under which clientId, and who hears what.

Knows frames and audiences, not what the messages mean. Messages may come from any thread and leave
in the order in which they came.
"""

import asyncio
import contextlib
import json
import struct
import uuid
from collections.abc import Callable
from typing import Any

from comfy_bridge.sandbox.faults import Faults
from comfy_bridge.sandbox.http import Receive, Scope, Send

Json = dict[str, Any]
PREVIEW, PREVIEW_WITH_METADATA = 1, 4
JPEG = 1
FEATURES: Json = {
    "supports_preview_metadata": True,
    "supports_model_type_tags": True,
    "max_upload_size": 100 * 1024 * 1024,
    "extension": {"manager": {"supports_v4": True}},
    "node_replacements": True,
    "assets": False,
}
ABORT = "sandbox.abort"  # ASGI extension of server.py: break the TCP connection without a goodbye


def abort(scope: Scope) -> None:
    """Break the connection of an ASGI scope as a dying server does."""
    scope["extensions"][ABORT]()


class Socket:
    """One open WebSocket."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.flags: Json = {}
        self.sent = 0
        self.ending = False

    async def send(self, frame: str | bytes) -> None:
        """Send one frame, text or binary."""
        key = "text" if isinstance(frame, str) else "bytes"
        await self._send({"type": "websocket.send", key: frame})
        self.sent += 1

    def abort(self) -> None:
        """Break the connection."""
        abort(self._scope)


class Hub:
    """All sockets; `sockets` holds those that are addressed: an overlapped one is open yet deaf.

    As in ComfyUI the clientId is forgotten when *any* of its sockets closes.
    """

    def __init__(self, faults: Faults, queue_info: Callable[[], Json]) -> None:
        self._faults = faults
        self._queue_info = queue_info
        self._loop: asyncio.AbstractEventLoop | None = None
        self._outbox: asyncio.Queue[tuple[str | bytes, str | None]] = asyncio.Queue()
        self._publishing: asyncio.Task[None] | None = None
        self.sockets: dict[str, Socket] = {}
        self.open: set[Socket] = set()
        self.opened = 0
        self.on_greeting: Callable[[str], Json | None] = lambda sid: None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to deliver, on this loop."""
        self._loop = loop
        self._publishing = loop.create_task(self._publish())

    def post(self, kind: str, data: Json, sid: str | None) -> None:
        """Send a message to one clientId, or (None) to all; from any thread."""
        self.post_frame(json.dumps({"type": kind, "data": data}), sid)

    def post_frame(self, frame: str | bytes, sid: str | None) -> None:
        """Send a frame as it is."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended before the worker thread
                self._loop.call_soon_threadsafe(self._outbox.put_nowait, (frame, sid))

    def wants_metadata(self, sid: str | None) -> bool:
        """Whether this client has negotiated preview frames with metadata."""
        socket = self.sockets.get(sid) if sid else None
        return bool(socket and socket.flags.get("supports_preview_metadata"))

    def post_preview(self, image: bytes, metadata: Json | None, sid: str | None) -> None:
        """Send a JPEG, with metadata (type 4) or without (type 1)."""
        if metadata is None:
            frame = struct.pack(">II", PREVIEW, JPEG) + image
        else:
            head = json.dumps(metadata).encode()
            frame = struct.pack(">II", PREVIEW_WITH_METADATA, len(head)) + head + image
        self.post_frame(frame, sid)

    def drop_all(self) -> None:
        """Break every socket."""
        for socket in list(self.open):
            socket.abort()

    async def serve(self, scope: Scope, receive: Receive, send: Send, sid: str) -> None:
        """One WebSocket from its handshake to its end."""
        await receive()
        await send({"type": "websocket.accept"})
        sid = sid or uuid.uuid4().hex
        socket = Socket(scope, send)
        self.sockets[sid] = socket
        self.open.add(socket)
        self.opened += 1
        try:
            await self._say(socket, "status", {"status": self._queue_info(), "sid": sid})
            running = self.on_greeting(sid)
            if running is not None:
                await self._say(socket, "executing", running)
            await self._listen(socket, receive)
        finally:
            self.open.discard(socket)
            self.sockets.pop(sid, None)

    async def _listen(self, socket: Socket, receive: Receive) -> None:
        first = True
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                said = json.loads(message.get("text") or "")
            except ValueError:
                continue
            if not isinstance(said, dict):
                continue
            if first and said.get("type") == "feature_flags":
                flags = said.get("data", {})
                socket.flags = flags if isinstance(flags, dict) else {}
                await self._say(socket, "feature_flags", FEATURES)
            first = False

    async def _say(self, socket: Socket, kind: str, data: Json) -> None:
        await self._deliver(socket, json.dumps({"type": kind, "data": data}))

    async def _deliver(self, socket: Socket, frame: str | bytes) -> None:
        faults = self._faults.now
        if faults.deaf_socket or socket.ending:
            return
        await socket.send(frame)
        if faults.drop_socket and socket.sent >= faults.drop_socket:
            socket.ending = True  # the transport writes on a later turn; the last one shall arrive
            asyncio.get_running_loop().call_later(0.02, socket.abort)

    async def _publish(self) -> None:
        while True:
            frame, sid = await self._outbox.get()
            if sid is None:
                targets = list(self.sockets.values())
            else:
                targets = [self.sockets[sid]] if sid in self.sockets else []
            for socket in targets:
                await self._deliver(socket, frame)
