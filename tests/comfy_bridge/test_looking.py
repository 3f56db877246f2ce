"""What a server's page shows of this moment: the server's own figures and the agent's."""

from collections.abc import Iterator
from typing import Any

import pytest

from comfy_bridge.addresses import LOOPBACK
from comfy_bridge.looking import look
from comfy_bridge.models import ComfyServer
from tests.fakes.comfy_server import Answer, FakeServer, Request

GPU = {
    "name": "NVIDIA Test",
    "temperature_c": 61,
    "utilization_percent": 97.5,
    "memory_used_bytes": 2**30,
    "memory_total_bytes": 2**34,
}


class Machine(FakeServer):
    """A ComfyUI and an agent at one address; both answer what the test says."""

    def __init__(self) -> None:
        self.agent = Answer.of({"gpus": [GPU]})
        self.stats = Answer.of(
            {
                "system": {"comfyui_version": "0.9"},
                "devices": [{"name": "cuda:0", "type": "cuda", "vram_total": 9, "vram_free": 4}],
            }
        )
        super().__init__()

    def answer(self, request: Request) -> Answer:
        if request.path == "/system_stats":
            return self.stats
        if request.path == "/queue":
            running = [[1, "a", {}, {}, []]]
            return Answer.of({"queue_running": running, "queue_pending": []})
        return self.agent if request.path == "/gpus" else Answer(404)


@pytest.fixture
def machine() -> Iterator[Machine]:
    with Machine() as fake:
        yield fake


def server(machine: Machine, **fields: Any) -> ComfyServer:
    return ComfyServer(
        name="one", **{"url": machine.url, "agent_url": f"{machine.url}/gpus", **fields}
    )


def test_devices_queue_and_gpus_are_told(machine: Machine) -> None:
    now = look(server(machine), LOOPBACK)
    assert now.faults == ()
    assert now.facts is not None
    assert now.facts.devices[0]["vram_free"] == 4
    assert now.queue is not None
    assert now.queue.running == ("a",)
    [gpu] = now.gpus
    assert (gpu.name, gpu.temperature_c, gpu.utilization_percent) == ("NVIDIA Test", 61, 97.5)


def test_without_an_agent_there_are_no_gpus_and_no_fault(machine: Machine) -> None:
    now = look(server(machine, agent_url=""), LOOPBACK)
    assert (now.gpus, now.faults) == ((), ())


@pytest.mark.parametrize(
    "answer",
    [Answer(500), Answer(200, b"<html>"), Answer.of([]), Answer.of({"gpus": 3}), Answer(cut=True)],
)
def test_an_agent_that_fails_hides_nothing_of_the_server(machine: Machine, answer: Answer) -> None:
    machine.agent = answer
    now = look(server(machine), LOOPBACK)
    assert now.facts is not None
    assert now.gpus == ()
    assert len(now.faults) == 1
    assert "GPU agent" in now.faults[0]


def test_figures_that_make_no_sense_are_not_told(machine: Machine) -> None:
    odd = {"name": "\x1b[31m" + "x" * 500, "temperature_c": "hot", "utilization_percent": -1}
    machine.agent = Answer.of({"gpus": [odd, 7, {**GPU, "memory_used_bytes": True}]})
    first, second = look(server(machine), LOOPBACK).gpus
    assert len(first.name) <= 100
    assert "\x1b" not in first.name
    assert (first.temperature_c, first.utilization_percent) == (None, None)
    assert second.memory_used_bytes is None


def test_a_server_that_is_down_is_told_and_its_agent_still_asked(machine: Machine) -> None:
    now = look(server(machine, url="http://127.0.0.1:9"), LOOPBACK)
    assert (now.facts, now.queue) == (None, None)
    assert len(now.gpus) == 1
    assert any("No connection" in fault for fault in now.faults)


def test_neither_is_asked_outside_the_allowed_networks(machine: Machine) -> None:
    now = look(server(machine, url="http://192.0.2.1", agent_url="http://192.0.2.1/x"), LOOPBACK)
    assert (now.facts, now.queue, now.gpus) == (None, None, ())
    assert machine.requests == []
