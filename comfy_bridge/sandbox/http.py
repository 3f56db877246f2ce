"""Plain HTTP over raw ASGI: a request with its body, a response, multipart, the origin check.

Knows no route of ComfyUI and no state.
"""

import asyncio
import dataclasses
import ipaddress
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_BODY_BYTES = 100 * 1024 * 1024
DISPOSITION = re.compile(rb'(?P<key>[\w*]+)=(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<bare>[^;\s]+))')


class BodyTooLargeError(Exception):
    """The body is beyond MAX_BODY_BYTES."""


class ClientGoneError(Exception):
    """The client went away before its body was complete."""


@dataclasses.dataclass(frozen=True)
class Request:
    """One request; `path` is without the /api prefix, `api` says whether it had one."""

    method: str
    path: str
    api: bool
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    client_host: str

    def json(self) -> Any:
        """The body as JSON, whatever its content type. Raises ValueError."""
        return json.loads(self.body)


@dataclasses.dataclass
class Response:
    """One response; `chunks` (instead of `body`) is sent without a length."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    chunks: Iterable[bytes] | None = None

    @classmethod
    def json(cls, value: Any, status: int = 200) -> "Response":
        """A JSON answer."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return cls(status, json.dumps(value).encode(), headers)

    @classmethod
    def text(cls, text: str, status: int) -> "Response":
        """A plain text answer."""
        return cls(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})

    @classmethod
    def trouble(cls) -> "Response":
        """What the real server answers to anything it did not expect."""
        return cls.text("500 Internal Server Error\n\nServer got itself in trouble", 500)


def header_map(scope: Scope) -> dict[str, str]:
    """The headers of an ASGI scope, names in lower case; the last of equal names."""
    return {
        name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]
    }


async def read(scope: Scope, receive: Receive) -> Request:
    """The whole request. Raises BodyTooLargeError, ClientGoneError."""
    headers = header_map(scope)
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > MAX_BODY_BYTES:
        raise BodyTooLargeError
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY_BYTES:
            raise BodyTooLargeError
        if not message.get("more_body", False):
            break
    path: str = scope["path"]
    api = path.startswith("/api/")
    query = parse_qsl(scope["query_string"].decode("latin1"), keep_blank_values=True)
    return Request(
        method=scope["method"],
        path=path.removeprefix("/api") if api else path,
        api=api,
        query=dict(reversed(query)),
        headers=headers,
        body=b"".join(chunks),
        client_host=(scope.get("client") or ["127.0.0.1"])[0],
    )


async def write(send: Send, response: Response, head_only: bool = False) -> None:
    """Send a response."""
    headers = dict(response.headers)
    if response.chunks is None and response.status != 304:
        headers.setdefault("Content-Length", str(len(response.body)))
    start = [(name.encode("latin1"), value.encode("utf-8")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": start})
    if head_only:
        await send({"type": "http.response.body", "body": b""})
    elif response.chunks is None:
        await send({"type": "http.response.body", "body": response.body})
    else:
        for chunk in response.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(0.001)  # Daphne does not push back; let the transport drain
        await send({"type": "http.response.body", "body": b""})


@dataclasses.dataclass(frozen=True)
class Part:
    """One part of a multipart form; `filename` is None for plain fields."""

    name: str
    filename: str | None
    content: bytes

    @property
    def value(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


def multipart(request: Request) -> dict[str, Part]:
    """The parts of a multipart/form-data body by name; empty if it is none."""
    match = re.search(r'boundary="?([^";]+)"?', request.headers.get("content-type", ""))
    if not match or "multipart/form-data" not in request.headers["content-type"]:
        return {}
    found: dict[str, Part] = {}
    for piece in (b"\r\n" + request.body).split(b"\r\n--" + match[1].encode())[1:]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank:
            continue
        names: dict[str, str] = {}
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-disposition:"):
                names = {one["key"].decode(): _unquoted(one) for one in DISPOSITION.finditer(line)}
        if "filename*" in names:
            names["filename"] = unquote(names["filename*"].rpartition("''")[2])
        if "name" in names:
            found[names["name"]] = Part(names["name"], names.get("filename"), content)
    return found


def _unquoted(match: re.Match[bytes]) -> str:
    if match["quoted"] is None:
        return match["bare"].decode("utf-8", "replace")
    return re.sub(r"\\(.)", r"\1", match["quoted"].decode("utf-8", "replace"))


def forbidden(headers: Mapping[str, str]) -> bool:
    """Whether ComfyUI's origin check refuses (403): only if Host is loopback and Origin differs.

    An Origin without a port passes if the host is the same; "null" passes.
    """
    if headers.get("sec-fetch-site") == "cross-site":
        return True
    host, origin = headers.get("host", ""), headers.get("origin", "")
    if not host or not origin:
        return False
    own = urlsplit(f"//{host.lower()}")
    other = urlsplit(origin.lower())
    if not _is_loopback(own.hostname or "") or not other.netloc:
        return False
    if other.port is None:
        return own.hostname != other.hostname
    return own.netloc != other.netloc


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
