"""Answers of the server as typed values; a strange one is a typed failure, never a surprise."""

from typing import Any

import pytest

from comfy_bridge.answers import read_history, read_number, read_queue, read_uploaded
from comfy_bridge.errors import HostileAnswer
from tests.fakes.replay import NEW, OLD, transcript

ID = "00e460f3-4517-467a-b9ea-50539b362374"
GOOD = {"filename": "a_00001_.png", "subfolder": "x/y", "type": "output"}


def entry(outputs: Any = None, status: Any = None) -> Any:
    status = status or {"status_str": "success", "completed": True, "messages": []}
    return {ID: {"outputs": outputs if outputs is not None else {}, "status": status}}


def test_pending_prompts_are_put_into_the_order_of_their_numbers() -> None:
    queue = read_queue(
        {"queue_running": [[3, "r"]], "queue_pending": [[7, "c"], [4.5, "b"], [-1, "a"]]}
    )
    assert queue.pending == ("a", "b", "c")
    assert [queue.position(name) for name in ("a", "c", "r", "x")] == [1, 3, None, None]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"queue_running": [], "queue_pending": None},
        {"queue_running": {}, "queue_pending": []},
        {"queue_running": [7], "queue_pending": []},
        {"queue_running": [[1]], "queue_pending": []},
        {"queue_running": [[1, 2]], "queue_pending": []},
        {"queue_running": [], "queue_pending": [[1, ["x"]]]},
    ],
)
def test_a_queue_that_is_none_is_hostile(answer: Any) -> None:
    with pytest.raises(HostileAnswer):
        read_queue(answer)


@pytest.mark.parametrize("number", [None, "x", True, float("nan"), 10**400, [1]])
def test_a_strange_number_does_not_disturb_the_queue(number: Any) -> None:
    answer = {"queue_running": [], "queue_pending": [[number, "a"], [1, "b"]]}
    assert set(read_queue(answer).pending) == {"a", "b"}


def test_a_prompt_that_has_not_ended_has_no_history() -> None:
    assert read_history({}, ID, ["9"]) is None
    assert read_history({"other": {}}, ID, ["9"]) is None


@pytest.mark.parametrize("key", ["images", "gifs", "3d", "whatever"])
def test_a_file_is_found_under_any_key(key: str) -> None:
    run = read_history(entry({"9": {key: [GOOD], "animated": [True], "text": ["x"]}}), ID, ["9"])
    assert run is not None
    assert [file.filename for file in run.files] == ["a_00001_.png"]


def test_only_declared_nodes_count() -> None:
    hostile = {"filename": "../../x", "subfolder": "", "type": "output"}
    run = read_history(entry({"9": {"images": [GOOD]}, "5": {"images": [hostile]}}), ID, ["9"])
    assert run is not None
    assert [file.node_id for file in run.files] == ["9"]


@pytest.mark.parametrize(
    "change",
    [
        {"filename": "../../../etc/passwd"},
        {"filename": "/etc/passwd"},
        {"filename": "a/b.png"},
        {"filename": "a\\b.png"},
        {"filename": ".hidden.png"},
        {"filename": "a.png\0.txt"},
        {"filename": "a.png\n"},
        {"filename": ""},
        {"filename": "no-extension"},
        {"filename": "x" * 300 + ".png"},
        {"filename": ["a.png"]},
        {"filename": None},
        {"subfolder": "../.."},
        {"subfolder": "/etc"},
        {"subfolder": "a/../b"},
        {"subfolder": "a//b"},
        {"subfolder": "C:\\x"},
        {"subfolder": None},
        {"subfolder": 7},
        {"type": "input"},
        {"type": "../x"},
        {"type": None},
        {"type": []},
    ],
)
def test_a_file_that_cannot_be_an_output_is_hostile(change: dict[str, Any]) -> None:
    with pytest.raises(HostileAnswer):
        read_history(entry({"9": {"images": [{**GOOD, **change}]}}), ID, ["9"])


@pytest.mark.parametrize(
    "answer",
    [None, [], "x", {ID: []}, {ID: {}}, {ID: {"status": []}}, {ID: {"status": {}, "outputs": []}}],
)
def test_a_history_that_is_none_is_hostile(answer: Any) -> None:
    with pytest.raises(HostileAnswer):
        read_history(answer, ID, ["9"])


def test_more_files_than_can_be_is_hostile() -> None:
    with pytest.raises(HostileAnswer):
        read_history(entry({"9": {"images": [GOOD] * 201}}), ID, ["9"])


@pytest.mark.parametrize(
    ("status", "how"),
    [
        ({"status_str": "success", "completed": True, "messages": []}, "success"),
        ({"status_str": "success", "completed": False, "messages": []}, "error"),
        ({"status_str": "success", "completed": 1, "messages": []}, "error"),
        ({"status_str": "error", "completed": False, "messages": "x"}, "error"),
        ({"messages": [["execution_interrupted", None]]}, "interrupted"),
        ({"messages": [7, [], ["a"], [1, 2], ["execution_error", {"node_id": 5}]]}, "error"),
    ],
)
def test_success_is_only_what_says_so(status: dict[str, Any], how: str) -> None:
    run = read_history(entry(status=status), ID, ["9"])
    assert run is not None
    assert run.how == how


@pytest.mark.parametrize("version", [NEW, OLD])
def test_an_interrupted_run_is_told_from_a_failed_one(version: str) -> None:
    for event in transcript("16_interrupt_sampling", version):
        http = event.get("http", {})
        if http.get("request", {}).get("path", "").startswith("/history/"):
            prompt_id = http["request"]["path"].removeprefix("/history/")
            run = read_history(http["response"]["body"], prompt_id, ["9"])
            assert run is not None
            assert run.how == "interrupted"
            assert run.failure is None
            return
    raise AssertionError("no history was recorded")


@pytest.mark.parametrize("answer", [None, [], {}, {"prompt_id": "other"}, {"prompt_id": [ID]}])
def test_a_submission_under_another_id_is_hostile(answer: Any) -> None:
    with pytest.raises(HostileAnswer):
        read_number(answer, ID)


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"name": "../x.png"}, {"name": "x.png", "subfolder": ".."}, {"name": ["x.png"]}],
)
def test_an_upload_kept_elsewhere_is_hostile(answer: Any) -> None:
    with pytest.raises(HostileAnswer):
        read_uploaded(answer)
