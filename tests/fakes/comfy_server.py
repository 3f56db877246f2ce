"""A bare HTTP and WebSocket server on a loopback socket; what it answers is a function.

It knows the wire and nothing of ComfyUI. Frames are written by hand, so that a test may send
anything at all, malformed ones included.
"""

import base64
import contextlib
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """`raw` writes the whole answer itself; `hang_s` waits before answering; `cut` breaks off."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    hang_s: float = 0.0
    cut: bool = False
    raw: Callable[[socket.socket], None] | None = None

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Self:
        return cls(status=status, body=json.dumps(value).encode())


class Peer:
    """One open WebSocket."""

    def __init__(self, connection: socket.socket, client_id: str) -> None:
        self.client_id = client_id
        self.texts: list[str] = []
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self._write(0x81, frame.encode())
        else:
            self._write(0x82, frame)

    def say(self, kind: str, **data: Any) -> None:
        self.send(json.dumps({"type": kind, "data": data}))

    def drop(self) -> None:
        """End the connection without a close frame, as a killed server does."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _write(self, first: int, payload: bytes) -> None:
        if len(payload) < 126:
            head = struct.pack("!BB", first, len(payload))
        elif len(payload) < 65536:
            head = struct.pack("!BBH", first, 126, len(payload))
        else:
            head = struct.pack("!BBQ", first, 127, len(payload))
        with self._lock, contextlib.suppress(OSError):
            self._connection.sendall(head + payload)

    def read_until_closed(self, reader: Any) -> None:
        while head := reader.read(2):
            opcode, size = head[0] & 0x0F, head[1] & 0x7F
            if size == 126:
                size = struct.unpack("!H", reader.read(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", reader.read(8))[0]
            mask = reader.read(4)
            data = bytes(b ^ mask[i % 4] for i, b in enumerate(reader.read(size)))
            if opcode == 1:
                self.texts.append(data.decode())
            elif opcode == 9:
                self._write(0x8A, data)
            elif opcode == 8:
                self._write(0x88, data)
                return


class FakeServer:
    """Serves until closed. Override `answer` and `opened`; `requests` is what came in."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.peers: list[Peer] = []
        self.lock = threading.RLock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                outer._handle(self)

            def do_POST(self) -> None:
                outer._handle(self)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for peer in list(self.peers):
            peer.drop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Answer:
        return Answer(404)

    def opened(self, peer: Peer) -> None:
        """A socket has just been opened."""

    def asked(self, method: str, path: str) -> list[Request]:
        with self.lock:
            return [r for r in self.requests if r.method == method and r.path.startswith(path)]

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        headers = {key.lower(): value for key, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length", 0)))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(handler.command, parts.path, query, headers, body)
        with self.lock:
            self.requests.append(request)
        if headers.get("upgrade", "").lower() == "websocket":
            self._upgrade(handler, request)
            return
        answer = self.answer(request)
        if answer.hang_s:
            threading.Event().wait(answer.hang_s)
        handler.close_connection = answer.cut or answer.raw is not None
        try:
            if answer.raw is not None:
                answer.raw(handler.connection)
            elif not answer.cut:
                handler.send_response(answer.status)
                for name, value in answer.headers:
                    handler.send_header(name, value)
                if "content-length" not in {name.lower() for name, _ in answer.headers}:
                    handler.send_header("Content-Length", str(len(answer.body)))
                handler.end_headers()
                handler.wfile.write(answer.body)
        except OSError:
            handler.close_connection = True

    def _upgrade(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        key = request.headers["sec-websocket-key"]
        digest = hashlib.sha1((key + _GUID).encode()).digest()  # noqa: S324  RFC 6455 says so
        accept = base64.b64encode(digest).decode()
        handler.send_response(101)
        handler.send_header("Upgrade", "websocket")
        handler.send_header("Connection", "Upgrade")
        handler.send_header("Sec-WebSocket-Accept", accept)
        handler.end_headers()
        handler.wfile.flush()
        handler.close_connection = True
        peer = Peer(handler.connection, request.query.get("clientId", ""))
        with self.lock:
            self.peers.append(peer)
        with contextlib.suppress(OSError, struct.error, IndexError):
            self.opened(peer)
            peer.read_until_closed(handler.rfile)
        with self.lock:
            self.peers.remove(peer)
