"""One WebSocket to one server, in a thread of its own, handing events to those who follow.

The socket is only a hint: it may drop, fall silent or lie. Every connection has a client id of
its own and the old one is closed first, because a server forgets a client id when an older
connection under it closes, and then says nothing for ever.
"""

import json
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from comfy_bridge.addresses import Network, Place, vetted
from comfy_bridge.errors import BridgeError
from comfy_bridge.protocol import MAX_FRAME_BYTES, PromptEvent, read_frame

log = logging.getLogger(__name__)

MAX_WAITING_EVENTS = 512
_FLAGS = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})


class Follower:
    """The events of one prompt, waiting to be taken; when too many wait, the oldest go."""

    def __init__(self) -> None:
        self._events: deque[PromptEvent] = deque(maxlen=MAX_WAITING_EVENTS)
        self._some = threading.Condition()

    def put(self, event: PromptEvent) -> None:
        """Add an event and wake the one who waits."""
        with self._some:
            self._events.append(event)
            self._some.notify()

    def take(self, timeout_s: float) -> list[PromptEvent]:
        """All waiting events, after at most `timeout_s`; empty when nothing came."""
        with self._some:
            if not self._events:
                self._some.wait(timeout_s)
            events = list(self._events)
            self._events.clear()
            return events


class Listener:
    """Keeps a socket open while somebody follows a prompt, and `idle_s` longer."""

    def __init__(
        self,
        place: Place,
        allowed: Sequence[Network],
        *,
        connect_s: float = 3.0,
        ping_s: float = 20.0,
        idle_s: float = 60.0,
        backoff_s: tuple[float, float] = (0.2, 5.0),
    ) -> None:
        self._place = place
        self._allowed = allowed
        self._connect_s = connect_s
        self._ping_s = ping_s
        self._idle_s = idle_s
        self._backoff_s = backoff_s
        self._changed = threading.Condition()
        self._followers: dict[str, list[Follower]] = {}
        self._thread: threading.Thread | None = None
        self._client_id: str | None = None
        self._connection: ClientConnection | None = None
        self._closing = False
        self._dropping = False
        self._wanted_now = False
        self._last_use = 0.0
        self.heard_at = 0.0

    @property
    def client_id(self) -> str | None:
        """The client id of the open connection; None while there is none."""
        return self._client_id

    @contextmanager
    def follow(self, prompt_id: str) -> Iterator[Follower]:
        """Receive the events of a prompt; follow before submitting, or the first are missed."""
        follower = Follower()
        with self._changed:
            self._followers.setdefault(prompt_id, []).append(follower)
            self._last_use = time.monotonic()
            self._wanted_now = self._client_id is None
            self._changed.notify_all()
            if self._thread is None and not self._closing:
                name = f"comfyui {self._place.authority}"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()
        try:
            yield follower
        finally:
            with self._changed:
                self._last_use = time.monotonic()
                self._followers[prompt_id].remove(follower)
                if not self._followers[prompt_id]:
                    del self._followers[prompt_id]

    def ready(self, timeout_s: float) -> str | None:
        """The client id to submit with, waiting for the connection; None when it stays shut."""
        with self._changed:
            self._changed.wait_for(lambda: self._client_id or self._closing, timeout_s)
            return self._client_id

    def drop(self, client_id: str) -> None:
        """Give up a connection that has gone deaf, unless another has taken its place."""
        with self._changed:
            self._dropping = self._client_id == client_id

    def close(self) -> None:
        """Close the socket and wait for the thread (a second or two at most)."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread, connection = self._thread, self._connection
        if connection is not None:
            connection.close()
        if thread is not None:
            thread.join(5.0)

    def _run(self) -> None:
        wait_s = self._backoff_s[0]
        while True:
            with self._changed:
                if self._unused():
                    self._thread = None
                    return
            opened_at = time.monotonic()
            try:
                self._converse()
            except (OSError, WebSocketException, BridgeError, EOFError) as error:
                log.debug("The socket to %s is shut: %s", self._place.url, error)
            if time.monotonic() - opened_at > self._backoff_s[1]:
                wait_s = self._backoff_s[0]
            with self._changed:
                self._client_id = None
                self._connection = None
                self._dropping = False
                self._changed.wait_for(lambda: self._closing or self._wanted_now, wait_s)
                self._wanted_now = False
            wait_s = min(wait_s * 2, self._backoff_s[1])

    def _unused(self) -> bool:
        idle = time.monotonic() - self._last_use > self._idle_s
        return self._closing or (not self._followers and idle)

    def _converse(self) -> None:
        client_id = uuid.uuid4().hex
        secure = "wss" if self._place.scheme == "https" else "ws"
        address = vetted(self._place.host, self._place.port, self._allowed)
        with connect(
            f"{secure}://{self._place.authority}{self._place.path}/ws?clientId={client_id}",
            # The vetted address itself, and no proxy of the environment in between.
            address=(address, self._place.port),
            proxy=None,
            compression=None,
            open_timeout=self._connect_s,
            ping_interval=self._ping_s,
            ping_timeout=self._ping_s,
            close_timeout=1.0,
            max_size=MAX_FRAME_BYTES,
            user_agent_header="likeness-studio",
        ) as connection:
            # Without this flag previews carry no prompt id and cannot be told apart.
            connection.send(_FLAGS)
            with self._changed:
                self._client_id = client_id
                self._connection = connection
                self._changed.notify_all()
            self._listen(connection)

    def _listen(self, connection: ClientConnection) -> None:
        while True:
            with self._changed:
                if self._unused() or self._dropping:
                    return
            try:
                frame = connection.recv(timeout=0.5)
            except TimeoutError:
                continue
            self.heard_at = time.monotonic()
            event = read_frame(frame)
            if isinstance(event, PromptEvent):
                with self._changed:
                    followers = list(self._followers.get(event.prompt_id, ()))
                for follower in followers:
                    follower.put(event)
