"""Every live event that reaches nobody is counted, by its reason."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from studio.lib import events, figures


def dropped(reason):
    taken = figures.total({"this": figures.snapshot()}, "studio_events_dropped", "reason")
    return taken.get(reason, 0)


@pytest.fixture
def layer(settings, monkeypatch):
    """The embedded layer, whatever the tests run on, with room for two messages."""
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "studio.lib.events.EmbeddedLayer", "CONFIG": {"capacity": 2}}
    }
    monkeypatch.setattr(events, "_server", {})
    return get_channel_layer()


def test_a_process_without_a_server_reaches_nobody(layer):
    before = dropped("no_server")
    events.push("job.progress", ["project-1", "user-2"])
    assert dropped("no_server") == before + 2


async def test_a_listener_who_is_too_slow_loses_what_does_not_fit(layer):
    before = dropped("listener_full")
    await layer.group_add("project-1", await layer.new_channel())
    events.serve_from(asyncio.get_running_loop())
    for _ in range(5):
        await sync_to_async(events.push)("job.progress", ["project-1"])
    for _ in range(5):
        await asyncio.sleep(0)
    assert dropped("listener_full") == before + 3


def test_an_event_that_redis_does_not_take_is_counted(settings, monkeypatch):
    class Away:
        async def group_send(self, group, message):
            raise RedisError("Connection refused")

    monkeypatch.setattr(events, "_server", {})
    monkeypatch.setattr(events, "get_channel_layer", Away)
    before = dropped("redis_away")
    events.push("job.progress", ["project-1"])
    assert dropped("redis_away") == before + 1
