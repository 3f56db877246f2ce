"""A real HTTP server that offers one file of weights, and can be told to misbehave.

Each request takes the next of `moods`; after the last one it behaves. It also answers as a proxy.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WeightsServer(ThreadingHTTPServer):
    """`requests` are the paths and the Range headers that were asked for."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.moods: list[str] = []
        self.requests: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: WeightsServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.requests.append((self.path, asked))
        mood = self.server.moods.pop(0) if self.server.moods else ""
        if status := {"busy": 503, "missing": 404, "no such range": 416}.get(mood):
            self._answer(status, {}, b"", 0)
            return
        if mood == "elsewhere":
            self._answer(302, {"Location": "/elsewhere.pt"}, b"", 0)
            return
        content = self.server.content
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if mood == "ignores ranges":
            begin = 0
        if mood == "another part":
            begin += 7
        body = content[begin:]
        said = len(body)
        if mood == "wrong bytes":
            body = bytes(len(body))
        if mood == "says less":
            body = body[: len(body) // 2]
            said = len(body)
        if mood == "too much":
            body += b"more"
            said = len(body)
        if mood == "cuts":
            body = body[: len(body) // 2]
        if mood == "sends nothing":
            body = b""
        headers = {}
        if begin:
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        self._answer(206 if begin else 200, headers, body, said, slow=mood == "slow")
        if mood in ("cuts", "sends nothing"):
            self.close_connection = True
        if mood == "falls silent":
            time.sleep(2)

    def _answer(
        self, status: int, headers: dict[str, str], body: bytes, said: int, slow: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(said))
        self.end_headers()
        pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)] if slow else [body]
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(0.05 if slow else 0)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@contextmanager
def start_weights_server(content: bytes) -> Iterator[WeightsServer]:
    """The server, until the end of the body."""
    server = WeightsServer(content)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
