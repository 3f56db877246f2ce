"""When the answer to a submission is lost, it is looked for and never sent again blindly."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from comfy_bridge.errors import GraphRefused, HostileAnswer, ServerError, ServerTimeout
from comfy_bridge.handles import ServerHandle
from tests.comfy_bridge.driving import Driven, driven, prompt_of
from tests.fakes.comfy_server import Answer, FakeServer, Request
from tests.fakes.replay import NEW, OLD, Replay, png, submission, transcript

Connected = Callable[[str], ServerHandle]
GRAPH = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
    "8": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "b"}},
}
LOST = {
    "a 500": Answer(500),
    "a 502 of a proxy": Answer(502, b"<html>"),
    "a timeout": Answer(hang_s=3.0),
    "a broken connection": Answer(cut=True),
    "a page instead of JSON": Answer(200, b"<html>"),
    "another id": Answer.of({"prompt_id": str(uuid.uuid4()), "number": 1}),
}


class Forgetful(FakeServer):
    """Takes the first `takes` submissions or none, and answers each as it is told.

    A prompt is running at the first look and ended at the second; `takes_late` looks later.
    """

    def __init__(self, *answers: Answer, takes: bool = True, late_looks: int = 0) -> None:
        self.answers = list(answers)
        self.takes = takes
        self.late_looks = late_looks
        self.taken: list[str] = []
        self.cancelled: list[str] = []
        self.looks = 0
        super().__init__()

    def answer(self, request: Request) -> Answer:
        if request.method == "POST":
            return self._post(request)
        if request.path == "/queue":
            self.looks += 1
            here = self.takes and self.taken and self.looks > self.late_looks
            busy = here and self.looks <= self.late_looks + 2 and not self.cancelled
            items = [[1, self.taken[0], {}, {}, []]] if busy else []
            return Answer.of({"queue_running": items, "queue_pending": []})
        if request.path.startswith("/history/"):
            return Answer.of(self._history())
        return Answer(200, png()) if request.path == "/view" else Answer(404)

    def _post(self, request: Request) -> Answer:
        if request.path == "/queue" or request.path == "/interrupt":
            self.cancelled.append(str(request.json()))
            return Answer(200)
        if request.path != "/prompt":
            return Answer(404)
        self.taken.append(request.json()["prompt_id"])
        if self.answers:
            return self.answers.pop(0)
        self.takes = True
        return Answer.of({"prompt_id": self.taken[-1], "number": 1, "node_errors": {}})

    def _history(self) -> dict[str, Any]:
        if not (self.takes and self.taken) or self.looks <= self.late_looks + 2:
            return {}
        file = {"filename": "b_00001_.png", "subfolder": "", "type": "output"}
        status = {"status_str": "success", "completed": True, "messages": []}
        return {self.taken[0]: {"outputs": {"9": {"images": [file]}}, "status": status}}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_what_was_taken_is_followed_and_sent_once(connected: Connected, lost: Answer) -> None:
    with Forgetful(lost) as server:
        result = driven(connected(server.url), prompt_of(GRAPH))
        assert result.outcome is not None
        assert server.taken == [result.prompt_id]
        assert result.sent == 1


def test_one_that_is_slow_to_appear_is_waited_for(connected: Connected) -> None:
    with Forgetful(Answer(500), late_looks=3) as server:
        result = driven(connected(server.url), prompt_of(GRAPH))
        assert server.taken == [result.prompt_id]


@pytest.mark.parametrize("lost", [LOST["a 500"], LOST["a broken connection"]])
def test_what_was_not_taken_is_sent_again_under_the_same_id(
    connected: Connected, lost: Answer
) -> None:
    with Forgetful(lost, takes=False) as server:
        result = driven(connected(server.url), prompt_of(GRAPH))
        assert result.outcome is not None
        assert server.taken == [result.prompt_id] * 2
        paths = [r.path for r in server.requests if r.path in {"/prompt", "/queue", "/view"}]
        first, second = (i for i, path in enumerate(paths) if path == "/prompt")
        assert "/queue" in paths[first:second]


@pytest.mark.parametrize(
    ("lost", "error"),
    [("a 500", ServerError), ("a timeout", ServerTimeout), ("another id", HostileAnswer)],
)
def test_after_two_lost_answers_it_gives_up_with_the_same_id_to_try(
    connected: Connected, lost: str, error: type[Exception]
) -> None:
    with Forgetful(LOST[lost], LOST[lost], takes=False) as server:
        result = Driven()
        with pytest.raises(error):
            driven(connected(server.url), prompt_of(GRAPH), into=result)
        assert server.taken == [result.prompt_id] * 2
        assert result.sent == 0


@pytest.mark.parametrize("version", [NEW, OLD])
def test_the_recorded_500_that_queued_all_the_same(connected: Connected, version: str) -> None:
    events = transcript("12_prompt_id_number_tie", version)
    note = "second, identical"
    with Replay(events, note=note) as server:
        result = driven(connected(server.url), prompt_of(submission(events, note)))
        assert result.outcome is not None
        assert len(server.asked("POST", "/prompt")) == 1


def test_a_dropped_branch_that_was_declared_is_refused_and_the_rest_cancelled(
    connected: Connected,
) -> None:
    fault = {"errors": [{"type": "custom_validation_failed", "details": "image - Invalid"}]}
    prompt_id = str(uuid.uuid4())
    answer = Answer.of(
        {
            "prompt_id": prompt_id,
            "number": 1,
            "node_errors": {"1": {**fault, "dependent_outputs": ["9"], "class_type": "LoadImage"}},
        }
    )
    with Forgetful(answer) as server:
        with pytest.raises(GraphRefused, match="LoadImage"):
            driven(connected(server.url), prompt_of(GRAPH), prompt_id=prompt_id)
        assert prompt_id in server.cancelled[0]
