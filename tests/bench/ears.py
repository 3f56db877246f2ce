"""A WebSocket client that only listens, and costs little: what is measured is the server."""

import asyncio
import base64
import os
import re
import time
from urllib.parse import urlsplit

SENT_AT = re.compile(rb"at=([0-9.]+);number=([0-9]+);")
TEXT, PING = 0x1, 0x9


class Ears:
    """What many sockets to one server heard: how late, and the last number of each."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.late_s: list[float] = []
        self.last: dict[Ear, int] = {}

    def take(self, ear: "Ear", payload: bytes) -> None:
        """A message came in."""
        if found := SENT_AT.search(payload):
            self.late_s.append(time.monotonic() - float(found[1]))
            self.last[ear] = int(found[2])

    async def all_heard(self, count: int, within_s: float = 30.0) -> None:
        """Return when `count` messages came, or the time is up."""
        deadline = time.monotonic() + within_s
        while len(self.late_s) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.02)


class Ear(asyncio.Protocol):
    """One socket."""

    def __init__(self, ears: Ears, request: bytes) -> None:
        self._ears = ears
        self._request = request
        self._data = b""
        self._transport: asyncio.WriteTransport | None = None
        self.opened = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self.opened.done():
            head, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self.opened.set_result(None)
            self._data = rest
        while (frame := self._frame()) is not None:
            self._answer(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("the server closed the socket"))

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        more = {126: 2, 127: 8}.get(data[1], 0)
        begin = 2 + more
        if len(data) < begin:
            return None
        size = int.from_bytes(data[2:begin]) if more else data[1]
        if len(data) < begin + size:
            return None
        self._data = data[begin + size :]
        return data[0] & 0xF, data[begin : begin + size]

    def _answer(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self._ears.take(self, payload)
        elif opcode == PING and self._transport:
            no_mask = bytes(4)
            self._transport.write(bytes([0x8A, 0x80 | len(payload)]) + no_mask + payload)


async def listen(ears: Ears, url: str, cookie: str) -> asyncio.BaseTransport:
    """Open a socket whose messages go to `ears`, from a page of the server's own address."""
    place = urlsplit(url)
    lines = [
        f"GET {place.path}?{place.query} HTTP/1.1",
        f"Host: {place.netloc}",
        f"Origin: http://{place.netloc}",
        f"Cookie: {cookie}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    ]
    request = "\r\n".join([*lines, "", ""]).encode()
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_connection(
        lambda: Ear(ears, request), place.hostname, place.port
    )
    await asyncio.wait_for(ear.opened, 60)
    return transport
