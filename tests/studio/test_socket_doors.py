"""Who gets a socket: whoever has signed in, from a page of this address."""

import pytest
from asgiref.sync import sync_to_async

from studio import consumers
from studio.asgi import sockets
from tests.studio.socket_of import HERE, cookie_of, opened, socket_of


async def refused(socket):
    accepted, _ = await socket.connect(timeout=10)
    return not accepted


async def test_nobody_who_has_not_signed_in_gets_one(committed):
    assert await refused(socket_of())
    assert await refused(socket_of("sessionid=" + "x" * 32))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://127.0.0.1:8188",
        "http://127.0.0.1",
        "http://localhost:8000",
        "http://127.0.0.1:8000.evil.example",
        "http://evil.example/127.0.0.1:8000",
        "null",
        "",
        None,
    ],
)
async def test_a_page_of_another_address_gets_none(committed, creator, origin):
    cookie = await sync_to_async(cookie_of)(creator)
    assert await refused(socket_of(cookie, origin=origin))
    accepted, _ = await (own := socket_of(cookie, origin=f"http://{HERE}")).connect(timeout=10)
    assert accepted
    await own.disconnect()


async def test_a_deactivated_person_gets_none(committed, creator):
    cookie = await sync_to_async(cookie_of)(creator)
    creator.is_active = False
    await sync_to_async(creator.save)()
    assert await refused(socket_of(cookie))


async def test_there_is_one_socket_and_other_addresses_are_refused(committed, creator):
    assert [str(route.pattern) for route in sockets.routes][:-1] == ["ws/events/"]
    cookie = await sync_to_async(cookie_of)(creator)
    for path in ("/ws/", "/ws/events", "/ws/events/x/", "/api/v1/projects"):
        assert await refused(socket_of(cookie, path=path)), path


async def test_one_person_holds_so_many_and_others_have_their_own(
    committed, creator, reviewer, monkeypatch
):
    monkeypatch.setattr(consumers, "MAX_SOCKETS", 2)
    async with opened(creator), opened(creator):
        assert await refused(socket_of(await sync_to_async(cookie_of)(creator)))
        async with opened(reviewer):
            pass
    async with opened(creator):
        pass
