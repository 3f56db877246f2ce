"""Whatever order events come in, the run's result is the same and the bar only rises.

`EVENT_STREAMS=10000` drives that many shuffled streams to their end; by default 200.
"""

import os
import random
import uuid
from collections.abc import Iterator

import pytest

from comfy_bridge.answers import EndedRun
from comfy_bridge.client import Where
from comfy_bridge.following import Bar, Following
from comfy_bridge.listening import Follower
from comfy_bridge.protocol import (
    Ended,
    Finished,
    FromCache,
    NodeDone,
    NodeRunning,
    PromptEvent,
    Started,
    Stepped,
)
from comfy_bridge.requests import Graph, Progress
from comfy_bridge.submitting import Taken
from tests.comfy_bridge.driving import FAST, driven, prompt_of
from tests.fakes.comfy_server import Answer, FakeServer, Request
from tests.fakes.replay import Replay, submission, transcript

ID = "00e460f3-4517-467a-b9ea-50539b362374"
STREAMS = int(os.environ.get("EVENT_STREAMS", "200"))


def stream(nodes: list[str]) -> list[PromptEvent]:
    events: list[PromptEvent] = [Started(ID), FromCache(ID, ("1",))]
    for node in nodes:
        events.append(NodeRunning(ID, node))
        events += [Stepped(ID, node, step, 4) for step in range(1, 5)]
        events.append(NodeDone(ID, node))
    return [*events, Finished(ID, "success"), Ended(ID)]


def test_ten_thousand_shuffled_streams_only_ever_raise_the_bar() -> None:
    graph = submission(transcript("wf_sd15_img2img"))
    rng = random.Random(3)
    whole = stream(list(graph))
    for _ in range(10_000):
        events = rng.choices(whole, k=len(whole)) if rng.random() < 0.5 else whole[:]
        rng.shuffle(events)
        bar, last = Bar(graph), 0.0
        for event in events:
            bar.apply(event)
            assert last <= bar.now.fraction <= 1.0
            last = bar.now.fraction


def test_an_ordered_stream_fills_the_bar() -> None:
    graph = submission(transcript("wf_sd15_img2img"))
    bar = Bar(graph)
    for event in stream(list(graph)):
        bar.apply(event)
    assert bar.now.fraction == 1.0


def test_an_event_that_says_nothing_new_is_no_progress() -> None:
    bar = Bar({"1": {"class_type": "LoadImage", "inputs": {}}})
    assert bar.apply(NodeRunning(ID, "1"))
    assert not bar.apply(NodeRunning(ID, "1"))
    assert bar.apply(Stepped(ID, "1", 1, 4))
    assert not bar.apply(Stepped(ID, "1", 1, 4))


def test_a_shuffled_and_doubled_recording_ends_in_the_same_picture(connected) -> None:  # type: ignore[no-untyped-def]
    rng = random.Random(11)
    for _ in range(5):
        events = transcript("wf_sd15_img2img")
        frames = [e for e in events if e.get("ws") == "client"]
        shuffled = frames + rng.choices(frames, k=20)
        rng.shuffle(shuffled)
        calls = [e for e in events if "http" in e]
        with Replay([calls[0], *shuffled, *calls[1:]], gap_s=0.001) as server:
            handle = connected(server.url)
            result = driven(handle, prompt_of(submission(events)), prompt_id=str(uuid.uuid4()))
            assert result.outcome is not None
            assert [f.filename for f in result.outcome.files] == ["sd_img2img_00001_.png"]
            assert len(server.asked("POST", "/prompt")) == 1


class Ending(FakeServer):
    """Its queue runs the prompt for some looks; then history has how it ended."""

    def __init__(self) -> None:
        self.looks_left = 0
        super().__init__()

    def answer(self, request: Request) -> Answer:
        if request.path == "/queue":
            self.looks_left -= 1
        runs = self.looks_left > 0
        if request.path == "/queue":
            running = [[1, ID, {}, {}, []]] if runs else []
            return Answer.of({"queue_running": running, "queue_pending": []})
        if runs:
            return Answer.of({})
        file = {"filename": "out_00001_.png", "subfolder": "a", "type": "output"}
        status = {"status_str": "success", "completed": True, "messages": []}
        return Answer.of({ID: {"outputs": {"9": {"images": [file]}}, "status": status}})


@pytest.fixture
def ending() -> Iterator[Ending]:
    with Ending() as fake:
        yield fake


def spoiled(whole: list[PromptEvent], rng: random.Random) -> list[PromptEvent]:
    """The stream as a bad socket gives it: some lost, some doubled, all out of order, or none."""
    events = rng.sample(whole, rng.randint(0, len(whole)))
    events += rng.choices(whole, k=rng.choice([0, 0, 5, 600]))
    rng.shuffle(events)
    return events


def test_every_shuffled_stream_ends_in_the_same_state(ending: Ending, connected) -> None:  # type: ignore[no-untyped-def]
    graph: Graph = submission(transcript("wf_sd15_img2img"))
    server = connected(ending.url)
    rng = random.Random(7)
    ends: set[EndedRun] = set()
    for _ in range(STREAMS):
        ending.looks_left = rng.choice([0] * 30 + [2, 3])
        told: list[Progress] = []
        following = Following(
            server,
            ID,
            graph,
            ("9",),
            on_progress=told.append,
            should_stop=lambda: False,
            stall_s=60.0,
            pace=FAST,
        )
        follower = Follower()
        for event in spoiled(stream(list(graph)), rng):
            follower.put(event)
        ends.add(following.to_end(Taken(Where("pending")), follower))
        fractions = [progress.fraction for progress in told]
        assert fractions == sorted(fractions)
    [end] = ends
    assert (end.how, [file.filename for file in end.files]) == ("success", ["out_00001_.png"])


def test_a_flooding_socket_changes_nothing(connected) -> None:  # type: ignore[no-untyped-def]
    events = transcript("wf_sd15_img2img")
    frames = [e for e in events if e.get("ws") == "client"]
    calls = [e for e in events if "http" in e]
    last = frames.pop()
    with Replay([calls[0], *(frames * 40), last, *calls[1:]], gap_s=0.0) as server:
        result = driven(connected(server.url), prompt_of(submission(events)))
        assert result.outcome is not None
        assert [f.filename for f in result.outcome.files] == ["sd_img2img_00001_.png"]
        assert len(server.asked("POST", "/prompt")) == 1
