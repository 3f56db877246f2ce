"""An ASGI application that sends more than any socket's buffer holds, in the product's way."""

from collections.abc import Iterator
from typing import Any

from studio.sending import send_at_once

COUNT = 200
SIZE = 64 * 1024

send_at_once()


def parts() -> Iterator[bytes]:
    """What it sends, in order."""
    for number in range(COUNT):
        yield number.to_bytes(4) * (SIZE // 4)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        for part in parts():
            await send({"type": "websocket.send", "bytes": part})
        await send({"type": "websocket.close"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-kind", b"much")]})
    for part in parts():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
