"""Events that may have been missed are not silently lost: the socket ends, to come back anew."""

import shutil
import subprocess

import pytest
from asgiref.sync import sync_to_async

from studio import consumers
from studio.lib import events
from studio.lib.hub import Hub, Message
from tests.bench.servers import await_true, free_port, listens
from tests.studio.socket_of import heard, opened, push


class OwnRedis:
    """A Redis that can be stopped and started on one port."""

    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        await_true(lambda: listens(self.port), "Redis")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def own_redis(settings):
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    server = OwnRedis()
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.stop()


async def test_when_redis_was_away_every_socket_begins_anew(committed, own_redis, creator):
    own = [f"user-{creator.pk}"]
    async with opened(creator) as socket:
        await push("before", own)
        assert (await heard(socket))["type"] == "before"
        await sync_to_async(own_redis.stop)()
        await push("lost", own)
        await sync_to_async(own_redis.start)()
        closed = await socket.receive_output(timeout=30)
        assert closed == {"type": "websocket.close", "code": consumers.RESTARTED}
    async with opened(creator) as socket:
        assert await events.server().hears()
        await push("after", own)
        assert (await heard(socket))["type"] == "after"


class Ear:
    def __init__(self, fails=False):
        self.heard = []
        self.fails = fails

    async def hear(self, message):
        if self.fails:
            raise ConnectionResetError
        self.heard.append(message.event["n"])

    async def restart(self):
        pass


async def test_one_that_breaks_does_not_keep_a_message_from_the_others():
    hub, broken, well = Hub(), Ear(fails=True), Ear()
    hub.join(broken, ["a"])
    hub.join(well, ["a", "b"])
    await hub.deliver(Message(("a", "b"), {"n": 1}, {}))
    await hub.deliver(Message(("b",), {"n": 2}, {}))
    hub.leave(well, ["a", "b"])
    await hub.deliver(Message(("a", "b"), {"n": 3}, {}))
    assert well.heard == [1, 2]
