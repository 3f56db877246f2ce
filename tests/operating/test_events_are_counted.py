"""Every live event that reaches nobody is counted, by its reason."""

import pytest

from studio.lib import events, figures
from studio.lib.hub import Hub, Message
from tests.bench.servers import free_port


def dropped(reason):
    taken = figures.total({"this": figures.snapshot()}, "studio_events_dropped", "reason")
    return taken.get(reason, 0)


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.setattr(events, "_server", {})


def test_a_process_without_a_server_reaches_nobody(settings):
    settings.REDIS_URL = ""
    before = dropped("no_server")
    events.push("job.progress", ["project-1", "user-2"])
    assert dropped("no_server") == before + 1


def test_an_event_that_redis_does_not_take_is_counted(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    before = dropped("redis_away")
    events.push("job.progress", ["project-1"])
    assert dropped("redis_away") == before + 1


async def test_a_listener_who_fails_is_counted():
    class Broken:
        async def hear(self, message):
            raise ConnectionResetError

        async def restart(self):
            pass

    hub = Hub()
    hub.join(Broken(), ["project-1"])
    before = dropped("listener_failed")
    await hub.deliver(Message(("project-1",), {}, {}))
    assert dropped("listener_failed") == before + 1
