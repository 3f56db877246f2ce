"""A socket to the real ASGI application, as a browser or a program opens it."""

from contextlib import asynccontextmanager

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from studio.asgi import application
from studio.lib import events

HERE = "127.0.0.1:8000"


def cookie_of(person):
    client = Client()
    client.force_login(person, "people.backends.PeopleBackend")
    return f"sessionid={client.cookies['sessionid'].value}"


def socket_of(cookie="", query="", *, origin=f"http://{HERE}", path="/ws/events/"):
    headers = [(b"host", HERE.encode())]
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return WebsocketCommunicator(application, f"{path}?{query}", headers=headers)


@asynccontextmanager
async def opened(person, query=""):
    """An accepted socket of the person; closed at the end."""
    socket = socket_of(await sync_to_async(cookie_of)(person), query)
    accepted, _ = await socket.connect(timeout=10)
    assert accepted
    try:
        yield socket
    finally:
        await socket.disconnect(timeout=10)


async def push(event, groups, **data):
    """As a step does it: from a thread, after its commit."""
    await sync_to_async(events.push)(event, groups, **data)


async def heard(socket):
    return await socket.receive_json_from(timeout=10)


async def types_until(socket, last):
    """The types of what comes, up to and with `last`."""
    found = []
    while not found or found[-1] != last:
        found.append((await heard(socket))["type"])
    return found
