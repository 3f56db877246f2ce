"""Whatever order events come in, the run's result is the same and the bar only rises."""

import random
import uuid

from comfy_bridge.following import Bar
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
from tests.comfy_bridge.driving import driven, prompt_of
from tests.fakes.replay import Replay, submission, transcript

ID = "00e460f3-4517-467a-b9ea-50539b362374"


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
