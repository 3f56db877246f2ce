"""HTTP to one ComfyUI server, with caps on size and time. It knows no route and no prompt.

The server is not trusted: its address is vetted at each connection, redirects and encodings are
not followed, a whole exchange has a deadline (a server may drip), and no Origin header is sent
(ComfyUI refuses a foreign one).
"""

import json
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpcore

from comfy_bridge.addresses import Network, Place, vetted
from comfy_bridge.errors import HostileAnswer, ServerError, ServerTimeout, ServerUnreachable
from studio.lib.figures import COMFYUI_HTTP_SECONDS

MAX_ERROR_BYTES = 4 * 1024 * 1024
MAX_JSON_PARTS = 2_000_000
_JSON_MARKS = (b",", b"[", b"{")
_SocketOptions = Iterable[Any] | None


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, for a whole exchange, and for one that carries a file."""

    connect_s: float = 3.0
    answer_s: float = 15.0
    file_s: float = 120.0


@dataclass(frozen=True)
class Reply:
    """Status and body of an answer."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises HostileAnswer."""
        # Sixty megabytes of "[]," become gigabytes of lists: count before parsing.
        if sum(self.body.count(mark) for mark in _JSON_MARKS) > MAX_JSON_PARTS:
            raise HostileAnswer("The server's answer has too many parts.")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise HostileAnswer("The server's answer is not JSON.") from error


class _Clock(threading.local):
    """The deadline of the exchange that runs in this thread."""

    deadline = 0.0

    def left(self, timeout: float | None) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A socket whose every read and write ends by the deadline of the whole exchange."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _VettedBackend(httpcore.SyncBackend):
    """Connects to the vetted address itself, so that a name cannot be swapped in between."""

    def __init__(self, allowed: Sequence[Network], clock: _Clock) -> None:
        self._allowed = allowed
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions = None,
    ) -> httpcore.NetworkStream:
        address = vetted(host, port, self._allowed)
        stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
        return _Stream(stream, self._clock)


class Wire:
    """Requests to one server; safe to share between threads."""

    def __init__(self, place: Place, allowed: Sequence[Network], timeouts: Timeouts) -> None:
        self.place = place
        self.timeouts = timeouts
        self._clock = _Clock()
        self._pool = httpcore.ConnectionPool(
            max_connections=32,
            max_keepalive_connections=8,
            # aiohttp drops an idle connection after 75 s: stay well below it.
            keepalive_expiry=30.0,
            network_backend=_VettedBackend(allowed, self._clock),
        )

    def get(
        self,
        path: str,
        *,
        max_bytes: int,
        query: Mapping[str, str] | None = None,
        limit_s: float | None = None,
    ) -> Reply:
        """GET, tried once more when a kept connection broke off. Raises the errors of `_ask`."""
        try:
            return self._ask("GET", path, query, b"", {}, max_bytes, limit_s)
        except ServerError:
            return self._ask("GET", path, query, b"", {}, max_bytes, limit_s)

    def post_json(self, path: str, value: Any, *, max_bytes: int) -> Reply:
        """POST of a JSON value, sent once. Raises the errors of `_ask`."""
        body = json.dumps(value, allow_nan=False).encode()
        return self._ask("POST", path, None, body, {"Content-Type": "application/json"}, max_bytes)

    def post_form(
        self, path: str, fields: Mapping[str, str], file: tuple[str, bytes, str], *, max_bytes: int
    ) -> Reply:
        """POST of form fields and one file (name, bytes, media type) as its `image` part."""
        boundary = "----" + "likeness-studio-9f3c2a17b64e"
        name, data, media_type = file
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        )
        body = b"".join(
            [
                *(part.encode() for part in parts),
                head.encode(),
                data,
                f"\r\n--{boundary}--\r\n".encode(),
            ]
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._ask("POST", path, None, body, headers, max_bytes, self.timeouts.file_s)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @contextmanager
    def _timed(self, path: str) -> Iterator[None]:
        """Count how long the exchange takes, by the first word of its path: ids are no routes."""
        began_at = time.monotonic()
        outcome = "broken"
        try:
            yield
            outcome = "answered"
        finally:
            route = f"/{path.removeprefix('/api/').lstrip('/').split('/')[0]}"
            took = COMFYUI_HTTP_SECONDS.labels(self.place.url, route, outcome)
            took.observe(time.monotonic() - began_at)

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: bytes,
        headers: Mapping[str, str],
        max_bytes: int,
        limit_s: float | None = None,
    ) -> Reply:
        """One exchange.

        Raises ServerUnreachable (nothing was sent), ServerTimeout or ServerError (it may have
        arrived), HostileAnswer (too large or encoded).
        """
        target = self.place.path + quote(path)
        if query:
            target += "?" + urlencode(query)
        sent_headers: dict[str | bytes, str | bytes] = {
            "Host": self.place.authority,
            "Accept-Encoding": "identity",
            "User-Agent": "likeness-studio",
        }
        if method == "POST":
            sent_headers["Content-Length"] = str(len(body))
        sent_headers.update(headers)
        request = httpcore.Request(
            method,
            httpcore.URL(
                scheme=self.place.scheme,
                host=self.place.host,
                port=self.place.port,
                target=target,
            ),
            headers=sent_headers,
            content=body,
            extensions={
                "timeout": {"connect": self.timeouts.connect_s, "pool": self.timeouts.answer_s}
            },
        )
        self._clock.deadline = time.monotonic() + (limit_s or self.timeouts.answer_s)
        where = f"{method} {path}"
        try:
            with self._timed(path):
                response = self._pool.handle_request(request)
                try:
                    return Reply(response.status, _read(response, max_bytes))
                finally:
                    response.close()
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
            raise ServerUnreachable(
                f"No connection to the ComfyUI server at {self.place.url}. Is it running?"
            ) from error
        except httpcore.TimeoutException as error:
            raise ServerTimeout(f"The ComfyUI server did not answer {where} in time.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise ServerError(
                f"The ComfyUI server broke off the connection ({where}). Check that it runs."
            ) from error


def _read(response: httpcore.Response, max_bytes: int) -> bytes:
    allowed = max_bytes if response.status < 400 else min(max_bytes, MAX_ERROR_BYTES)
    for name, value in response.headers:
        if name.lower() == b"content-encoding" and value.lower() != b"identity":
            raise HostileAnswer("The server encodes its answer though it was asked not to.")
        if name.lower() == b"content-length" and value.isdigit() and int(value) > allowed:
            raise HostileAnswer(f"The server's answer is larger than {allowed} bytes.")
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_stream():
        size += len(chunk)
        if size > allowed:
            raise HostileAnswer(f"The server's answer is larger than {allowed} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)
