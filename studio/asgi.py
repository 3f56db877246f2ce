"""The ASGI entry: HTTP with a cap on bodies, sockets, and the embedded workers."""

import asyncio
import os
from typing import Any
from urllib.parse import urlsplit

import django
from autobahn.websocket import protocol

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  after setup
from channels.security.websocket import (  # noqa: E402
    AllowedHostsOriginValidator,
    WebsocketDenier,
)
from django.conf import settings  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402

from jobs import attending  # noqa: E402
from studio import embedded  # noqa: E402
from studio.consumers import EventsConsumer  # noqa: E402
from studio.lib.bodies import STATUS, refusal  # noqa: E402
from studio.lib.events import serve_from  # noqa: E402
from studio.sending import send_at_once  # noqa: E402

SERVICE_RESTART = 4012  # a close code of our own: 1012 itself an application may not send
DRAIN_S = 10.0


class BodyCap:
    """Cuts a request body that is larger than any upload may be: 413, nothing is read further."""

    def __init__(self, app: Any, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.max_bytes:
            await self._refuse(headers, send)
            return
        seen = 0
        refused = False

        async def capped() -> Any:
            nonlocal seen, refused
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                refused = True
                await self._refuse(headers, send)
                return {"type": "http.disconnect"}
            return message

        async def once(message: Any) -> None:
            if not refused:
                await send(message)

        await self.app(scope, capped, once)

    async def _refuse(self, asked: dict[bytes, bytes], send: Any) -> None:
        said = {name: asked.get(name, b"").decode("latin1") for name in (b"accept", b"referer")}
        refused = refusal(self.max_bytes, said[b"accept"], said[b"referer"])
        kind = refused.content_type.encode()
        headers = [(b"content-type", kind), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": STATUS, "headers": headers})
        await send({"type": "http.response.body", "body": refused.body})


class OwnOrigin:
    """Lets sockets in from pages of this very host and port, as the check of forms does.

    A cookie knows no port: what else listens on this machine must not read along.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        origin = urlsplit(headers.get(b"origin", b"").decode("latin1")).netloc.lower()
        here = headers.get(b"host", b"").decode("latin1").lower()
        allowed = origin in (here, urlsplit(settings.SITE_URL).netloc.lower())
        await (self.app if allowed else WebsocketDenier())(scope, receive, send)


class Programs:
    """Lets programs in by their ticket; browsers name the origin of their page, programs do not."""

    def __init__(self, programs: Any, pages: Any) -> None:
        self.programs = programs
        self.pages = pages

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        by_ticket = b"origin" not in dict(scope["headers"]) and b"ticket=" in scope["query_string"]
        await (self.programs if by_ticket else self.pages)(scope, receive, send)


# For every frame autobahn words a debug line with coloured names, read or not: a seventh of what a
# delivery costs.
vars(protocol).update(hltype=lambda value: value, hlval=lambda value, **_style: value)
send_at_once()

sockets = URLRouter(
    [
        path("ws/events/", EventsConsumer.as_asgi()),
        path("<path:elsewhere>", WebsocketDenier.as_asgi()),
    ]
)
_router = ProtocolTypeRouter(
    {
        "http": BodyCap(get_asgi_application(), settings.MAX_BODY_BYTES),
        "websocket": Programs(sockets, AllowedHostsOriginValidator(OwnOrigin(sockets))),
    }
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """The application; remembers the server's loop, to which events are handed.

    A server that is told to end cancels what runs, and ends once all of it has returned: a
    request in flight is answered first, a socket is closed so that its page connects again.
    """
    serve_from(asyncio.get_running_loop())
    attending.attend("web")
    running = asyncio.ensure_future(_router(scope, receive, send))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        if scope["type"] == "websocket":
            running.cancel()
            await send({"type": "websocket.close", "code": SERVICE_RESTART})
        await asyncio.wait([running], timeout=DRAIN_S)


if settings.STUDIO_WORKERS == "embedded":
    workers = embedded.start()
