"""The heartbeat says who is online; the breaker keeps work from a server that fails it."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from comfy_bridge import health, pool
from comfy_bridge.addresses import LOOPBACK
from comfy_bridge.errors import (
    BridgeError,
    ExecutionFailed,
    GraphRefused,
    HostileAnswer,
    Interrupted,
    OutOfMemory,
    OutputGone,
    ProgressStalled,
    PromptLost,
    ServerError,
    ServerTimeout,
)
from comfy_bridge.handles import close_all
from comfy_bridge.models import Breaker, ComfyServer, ServerStatus
from comfy_bridge.submissions import abandon, open_submission
from tests.fakes.comfy_server import Answer, FakeServer, Request
from tests.fakes.sandbox import start_sandbox

pytestmark = pytest.mark.django_db
CHECKPOINTS = "CheckpointLoaderSimple.ckpt_name"
STATS = {"system": {"comfyui_version": "9.9"}, "devices": []}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_all()


class Well(FakeServer):
    """Answers the questions after its health until it is `gone`; `wait` holds answers back."""

    def __init__(self) -> None:
        self.gone = False
        self.wait = threading.Event()
        self.wait.set()
        super().__init__()

    def answer(self, request: Request) -> Answer:
        self.wait.wait(20)
        if self.gone:
            return Answer(cut=True)
        if request.path == "/system_stats":
            return Answer.of(STATS)
        if request.path == "/object_info":
            return Answer.of({"LoadImage": {}})
        if request.path == "/queue":
            return Answer.of({"queue_running": [], "queue_pending": []})
        return Answer(404)


@pytest.fixture
def well() -> Iterator[Well]:
    with Well() as fake:
        yield fake


@pytest.fixture
def server(well: Well) -> ComfyServer:
    [registered] = pool.register_urls([well.url])
    return health.check(registered, LOOPBACK)


def now(server: ComfyServer) -> ComfyServer:
    return ComfyServer.objects.with_open().get(pk=server.pk)


def fail(server: ComfyServer, error: BridgeError, times: int = 1) -> ComfyServer:
    for _ in range(times):
        health.record_failure(server, error, LOOPBACK)
    return now(server)


def rest_over(server: ComfyServer) -> ComfyServer:
    ComfyServer.objects.filter(pk=server.pk).update(retry_at=timezone.now() - timedelta(seconds=1))
    return now(server)


def pause_s(server: ComfyServer) -> float:
    assert server.retry_at is not None
    return (server.retry_at - timezone.now()).total_seconds()


def test_a_server_that_answers_is_online_with_what_it_has() -> None:
    with start_sandbox(checkpoints=["a.safetensors", "b.safetensors"]) as process:
        [registered] = pool.register_urls([process.url])
        checked = health.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.ONLINE
    assert checked.last_seen_at is not None
    assert checked.last_error == ""
    assert checked.is_sandbox
    assert checked.version
    assert checked.catalog.models[CHECKPOINTS] == ("a.safetensors", "b.safetensors")
    assert now(checked).room == 2


def test_a_server_that_is_gone_is_offline_and_says_why() -> None:
    with start_sandbox() as process:
        [registered] = pool.register_urls([process.url])
        health.check(registered, LOOPBACK)
    checked = health.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.OFFLINE
    assert "No connection" in checked.last_error
    assert now(checked).room == 0


def test_a_server_that_is_no_comfyui_is_offline() -> None:
    with start_sandbox() as process:
        [registered] = pool.register_urls([process.url + "/nowhere"])
        checked = health.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.OFFLINE
    assert checked.last_error


def test_a_server_outside_the_networks_is_offline_and_never_asked() -> None:
    [registered] = pool.register_urls(["http://192.0.2.7:8188"])
    checked = health.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.OFFLINE
    assert "outside the networks" in checked.last_error


def test_a_server_that_hangs_delays_no_other(well: Well) -> None:
    """All are asked at once: the slow one answers only after the others have been asked."""
    with Well() as slow:
        slow.wait.clear()
        asked: list[str] = []

        def let_go_once_the_other_was_asked() -> None:
            while not well.asked("GET", "/object_info"):
                time.sleep(0.01)
            asked.append("other")
            slow.wait.set()

        waiting = threading.Thread(target=let_go_once_the_other_was_asked)
        waiting.start()
        pool.register_urls([slow.url, well.url])
        checked = health.check_all(LOOPBACK)
        waiting.join()
    assert asked == ["other"]
    assert [server.status_id for server in checked] == [ServerStatus.ONLINE] * 2


@pytest.mark.parametrize(
    "error", [ServerTimeout("Slow."), ServerError("A 500."), PromptLost("x"), HostileAnswer("x")]
)
def test_three_failures_in_a_row_open_the_breaker(server: ComfyServer, error: BridgeError) -> None:
    assert fail(server, error, 2).breaker is Breaker.CLOSED
    tripped = fail(server, error)
    assert tripped.breaker is Breaker.OPEN
    assert tripped.status_id == ServerStatus.ONLINE
    assert tripped.room == 0
    assert tripped.last_error == error.sentence


def test_a_success_in_between_begins_the_count_anew(server: ComfyServer) -> None:
    fail(server, ServerError("A 500."), 2)
    health.record_success(server)
    assert fail(server, ServerError("A 500."), 2).breaker is Breaker.CLOSED


def test_one_prompt_that_hangs_opens_it_though_the_server_answers(server: ComfyServer) -> None:
    assert fail(server, ProgressStalled("It hung.")).breaker is Breaker.OPEN
    health.check(server, LOOPBACK)
    assert now(server).breaker is Breaker.OPEN, "a good answer to a question is no proof"
    assert now(server).last_error == "It hung."


@pytest.mark.parametrize(
    "error",
    [GraphRefused("x"), ExecutionFailed("x"), OutOfMemory("x"), OutputGone("x"), Interrupted("x")],
)
def test_what_says_nothing_against_the_server_changes_nothing(
    server: ComfyServer, error: BridgeError
) -> None:
    assert fail(server, error, 5).failures == 0


def test_after_the_pause_one_success_closes_it(server: ComfyServer) -> None:
    fail(server, ServerError("A 500."), 3)
    tried = rest_over(server)
    assert tried.breaker is Breaker.HALF_OPEN
    assert tried.room == 1
    health.record_success(server)
    closed = now(server)
    assert (closed.breaker, closed.failures, closed.last_error) == (Breaker.CLOSED, 0, "")
    assert closed.room == 2


def test_each_failed_trial_doubles_the_pause_up_to_five_minutes(server: ComfyServer) -> None:
    pauses = [round(pause_s(fail(server, ServerError("A 500."), 3)), -1)]
    for _ in range(6):
        rest_over(server)
        pauses.append(round(pause_s(fail(server, ServerError("A 500."))), -1))
    assert pauses == [10, 20, 40, 80, 160, 300, 300]


def test_a_failure_is_followed_by_a_question_and_an_absent_server_is_offline_at_once(
    server: ComfyServer, well: Well
) -> None:
    well.gone = True
    assert fail(server, ServerError("Broken off.")).status_id == ServerStatus.OFFLINE


def test_who_comes_back_may_try_at_once(server: ComfyServer, well: Well) -> None:
    fail(server, ServerError("A 500."), 3)
    ComfyServer.objects.update(status_id=ServerStatus.OFFLINE)
    server.refresh_from_db()
    health.check(server, LOOPBACK)
    assert now(server).breaker is Breaker.HALF_OPEN


def test_a_hold_keeps_work_away_and_ends_by_itself(server: ComfyServer) -> None:
    health.hold(server, 60, "Restarting.")
    assert (now(server).room, now(server).last_error) == (0, "Restarting.")
    assert rest_over(server).room == 1


def test_a_person_s_trust_closes_it(server: ComfyServer) -> None:
    fail(server, ProgressStalled("It hung."))
    health.trust(server)
    assert now(server).room == 2


def test_what_nobody_follows_is_taken_back_when_the_server_returns() -> None:
    graph: dict[str, Any] = {
        "1": {
            "class_type": "EmptyImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0},
        },
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }
    with start_sandbox() as process:
        process.faults(hang=True)
        [server] = pool.register_urls([process.url])
        client = pool.handle(server, LOOPBACK).client
        moved, kept = (open_submission(server, graph) for _ in range(2))
        for row in (moved, kept):
            client.submit(str(row.prompt_id), graph, "nobody", ["2"])
        abandon(moved, "It went offline; the work moved on.")
        health.check(server, LOOPBACK)
        assert client.cancel(str(moved.prompt_id), wait_s=5).state in {"ended", "unknown"}
        assert client.find(str(kept.prompt_id)).state in {"pending", "running"}
