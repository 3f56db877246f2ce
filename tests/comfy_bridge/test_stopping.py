"""A prompt is stopped by its own id, wherever it stands, and never another."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from comfy_bridge.errors import Interrupted
from tests.comfy_bridge.driving import (
    Connected,
    Driven,
    driven,
    modelfree,
    picture,
    sampled,
    wait_for,
)
from tests.fakes.sandbox import SandboxProcess


def test_a_stop_interrupts_a_running_prompt(sandbox: SandboxProcess, connected: Connected) -> None:
    sandbox.faults(slow=5)
    result = Driven()
    with pytest.raises(Interrupted) as caught:
        driven(
            connected(sandbox.url),
            sampled(steps=100),
            stop=lambda: any(p.step for p in result.progress),
            into=result,
        )
    assert caught.value.extra == {"by_us": True, "confirmed": True}
    assert sandbox.state()["queue_remaining"] == 0


def test_a_stop_takes_a_waiting_prompt_out_and_leaves_the_running_one_alone(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    sandbox.faults(slow=3)
    stop = threading.Event()
    waiting = Driven()
    with ThreadPoolExecutor(2) as pool:
        running = Driven()
        first = pool.submit(driven, server, sampled(steps=20), into=running, stall_s=30)
        wait_for(lambda: any(p.phase == "running" for p in running.progress))
        second = pool.submit(driven, server, sampled(), into=waiting, stop=stop.is_set)
        wait_for(lambda: any(p.position for p in waiting.progress))
        stop.set()
        with pytest.raises(Interrupted):
            second.result()
        assert picture(first.result())
    assert waiting.prompt_id not in sandbox.state()["runs"]


def test_a_stop_before_a_fresh_prompt_sends_nothing(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    result = Driven()
    with pytest.raises(Interrupted):
        driven(connected(sandbox.url), modelfree(), stop=lambda: True, into=result)
    assert result.prompt_id not in sandbox.state()["posts"]


def test_an_interruption_by_somebody_else_is_told_apart(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    sandbox.faults(slow=5)
    result = Driven()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(driven, server, sampled(steps=100), into=result)
        wait_for(lambda: any(p.step for p in result.progress))
        server.client.cancel(result.prompt_id)
        with pytest.raises(Interrupted) as caught:
            run.result()
    assert caught.value.extra == {"by_us": False}


def test_an_old_server_without_a_jobs_api_is_cancelled_all_the_same(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    server.client._has_jobs_api = False
    sandbox.faults(slow=5)
    result = Driven()
    with pytest.raises(Interrupted):
        driven(
            server,
            sampled(steps=100),
            stop=lambda: any(p.step for p in result.progress),
            into=result,
        )
    wait_for(lambda: sandbox.state()["queue_remaining"] == 0)
