"""Whatever is sent through the socket, it answers or closes: it does not fail."""

import json

import pytest

from studio import consumers
from tests.studio.socket_of import heard, opened, push

GARBAGE = [
    "",
    "not json",
    "{",
    "[]",
    "null",
    "42",
    '"subscribe"',
    "NaN",
    '{"subscribe": null}',
    '{"subscribe": {}}',
    '{"subscribe": "character-1"}',
    '{"unsubscribe": []}',
    json.dumps({"subscribe": ["x"] * (consumers.MAX_GROUPS + 1)}),
    "[" * 5000,
    "\ud7ff\x00",
]


async def test_garbage_is_answered_and_the_socket_goes_on(committed, creator):
    async with opened(creator) as socket:
        for text in GARBAGE:
            await socket.send_input({"type": "websocket.receive", "text": text})
            assert await heard(socket) == {"type": "error", "code": "bad_message"}, text[:40]
        await socket.send_to(bytes_data=b"\x00\xff")
        assert await heard(socket) == {"type": "error", "code": "bad_message"}
        await push("own", [f"user-{creator.pk}"])
        assert (await heard(socket))["type"] == "own"


async def test_a_message_that_is_too_long_closes_the_socket(committed, creator):
    async with opened(creator) as socket:
        await socket.send_to(text_data=" " * (consumers.MAX_MESSAGE + 1))
        closed = await socket.receive_output(timeout=10)
        assert closed["type"] == "websocket.close"
        assert closed["code"] in range(3000, 5000), "an application may send no other"


async def test_too_many_messages_close_the_socket(committed, creator, monkeypatch):
    monkeypatch.setattr(consumers, "MAX_MESSAGES", 3)
    async with opened(creator) as socket:
        for _ in range(3):
            await socket.send_json_to({"subscribe": []})
            assert (await heard(socket))["type"] == "subscribed"
        await socket.send_json_to({"subscribe": []})
        closed = await socket.receive_output(timeout=10)
        assert closed == {"type": "websocket.close", "code": consumers.TOO_MANY}


async def test_messages_are_counted_anew_after_a_while(committed, creator, monkeypatch):
    monkeypatch.setattr(consumers, "MAX_MESSAGES", 1)
    monkeypatch.setattr(consumers, "WINDOW_S", 0.0)
    async with opened(creator) as socket:
        for _ in range(3):
            await socket.send_json_to({"subscribe": []})
            assert (await heard(socket))["type"] == "subscribed"


@pytest.mark.parametrize(
    "query",
    [
        "fragments=" + "&fragments=".join(f"character-{n}" for n in range(1, 900)),
        "fragments=character-%D9%A3",
        "fragments=%00&fragments=%FF",
        "&&&==&fragments",
        "fragments=character-99999999999999999999999",
    ],
)
async def test_an_odd_address_opens_a_socket_that_works(committed, creator, query):
    async with opened(creator, query) as socket:
        await push("own", [f"user-{creator.pk}"], fragments={"character-1": "<p>1</p>", "": "x"})
        await socket.send_json_to({"subscribe": []})
        while (text := await socket.receive_from(timeout=10)).startswith("<"):
            pass
        assert json.loads(text)["type"] in ("subscribed", "own")
