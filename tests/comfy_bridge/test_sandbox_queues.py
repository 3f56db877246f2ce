"""Queue, history and jobs of the sandbox: order, deletion, repeated ids, the tie, the listing."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.comfy_bridge.sandbox_play import (
    Ear,
    ended,
    flat_graph,
    get,
    post,
    run,
    sampling_graph,
    until,
)
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    with start_sandbox() as one:
        yield one


@pytest.fixture
def blocked(sandbox: SandboxProcess) -> str:
    """A prompt that runs until the fault is switched off; its id."""
    sandbox.faults(hang="node")
    prompt_id = post(sandbox, flat_graph(1, "rec/blocker")).json()["prompt_id"]
    until(lambda: get(sandbox, "/queue").json()["queue_running"])
    return prompt_id


def submitted(sandbox: SandboxProcess, color: int, **fields: object) -> str:
    return post(sandbox, flat_graph(color), **fields).json()["prompt_id"]


def test_front_and_number_go_before_the_line(sandbox: SandboxProcess, blocked: str) -> None:
    first = submitted(sandbox, 2)
    second = submitted(sandbox, 3)
    front = submitted(sandbox, 4, front=True)
    numbered = submitted(sandbox, 5, number=-50)
    queue = get(sandbox, "/queue").json()
    assert [item[1] for item in queue["queue_running"]] == [blocked]
    assert {item[1] for item in queue["queue_pending"]} == {first, second, front, numbered}
    assert get(sandbox, "/prompt").json() == {"exec_info": {"queue_remaining": 5}}

    sandbox.faults(reset=True)

    until(lambda: get(sandbox, "/prompt").json()["exec_info"]["queue_remaining"] == 0)
    assert list(get(sandbox, "/history").json()) == [blocked, numbered, front, first, second]


def test_delete_takes_waiting_prompts_only_and_leaves_no_trace(
    sandbox: SandboxProcess, blocked: str
) -> None:
    waiting = submitted(sandbox, 2)

    answer = httpx.post(
        f"{sandbox.url}/queue", json={"delete": [waiting, blocked, str(uuid.uuid4())]}
    )

    assert (answer.status_code, answer.content) == (200, b"")
    queue = get(sandbox, "/queue").json()
    assert [item[1] for item in queue["queue_running"]] == [blocked]
    assert queue["queue_pending"] == []
    assert get(sandbox, f"/history/{waiting}").json() == {}
    assert get(sandbox, f"/api/jobs/{waiting}").status_code == 404


def test_clear_takes_all_that_wait(sandbox: SandboxProcess, blocked: str) -> None:
    submitted(sandbox, 2)
    submitted(sandbox, 3)

    httpx.post(f"{sandbox.url}/queue", json={"clear": True})

    assert get(sandbox, "/prompt").json() == {"exec_info": {"queue_remaining": 1}}


def test_same_id_is_queued_and_run_each_time_with_one_history_entry(
    sandbox: SandboxProcess, blocked: str
) -> None:
    prompt_id = str(uuid.uuid4())
    numbers = [post(sandbox, flat_graph(c), prompt_id=prompt_id).json()["number"] for c in (2, 3)]
    sandbox.faults(reset=True)

    until(lambda: get(sandbox, "/prompt").json()["exec_info"]["queue_remaining"] == 0)

    assert numbers == [1, 2]
    state = sandbox.state()
    assert state["posts"][prompt_id] == state["runs"][prompt_id] == 2
    entry = get(sandbox, f"/history/{prompt_id}").json()[prompt_id]
    assert entry["prompt"][2]["1"]["inputs"]["color"] == 3


def test_tie_of_number_and_id_is_answered_500_yet_queued_and_run(
    sandbox: SandboxProcess, blocked: str
) -> None:
    prompt_id = str(uuid.uuid4())
    answers = [
        post(sandbox, flat_graph(2), prompt_id=prompt_id, number=5000).status_code for _ in "ab"
    ]
    sandbox.faults(reset=True)

    until(lambda: get(sandbox, "/prompt").json()["exec_info"]["queue_remaining"] == 0)

    assert answers == [200, 500]
    assert sandbox.state()["runs"][prompt_id] == 2
    assert ended(sandbox, prompt_id)["status"]["completed"]


def test_jobs_tell_pending_running_ended_and_unknown(sandbox: SandboxProcess, blocked: str) -> None:
    waiting = submitted(sandbox, 2)

    assert get(sandbox, f"/api/jobs/{blocked}").json()["status"] == "in_progress"
    assert get(sandbox, f"/api/jobs/{waiting}").json()["status"] == "pending"
    sandbox.faults(reset=True)
    ended(sandbox, waiting)

    assert get(sandbox, f"/api/jobs/{waiting}").json()["status"] == "completed"
    unknown = get(sandbox, f"/api/jobs/{uuid.uuid4()}")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Job not found"})
    assert get(sandbox, f"/jobs/{waiting}").status_code == 404


def test_jobs_are_listed_filtered_and_paged(sandbox: SandboxProcess) -> None:
    ids = [run(sandbox, flat_graph(color))["prompt"][1] for color in (2, 3, 4)]

    listed = get(sandbox, "/api/jobs", status="completed", limit="2").json()
    assert [job["id"] for job in listed["jobs"]] == ids[:0:-1]
    assert listed["pagination"] == {"offset": 0, "limit": 2, "total": 3, "has_more": True}
    assert get(sandbox, "/api/jobs", sort_order="asc", offset="2").json()["jobs"][0]["id"] == ids[2]
    for query in ({"status": "bogus"}, {"limit": "0"}, {"limit": "x"}):
        assert get(sandbox, "/api/jobs", **query).status_code == 400


def test_history_pages_and_forgets(sandbox: SandboxProcess) -> None:
    ids = [run(sandbox, flat_graph(color))["prompt"][1] for color in (2, 3, 4)]

    assert list(get(sandbox, "/history", max_items="1").json()) == ids[2:]
    assert list(get(sandbox, "/history", max_items="1", offset="0").json()) == ids[:1]
    assert get(sandbox, "/history", max_items="x").status_code == 500
    httpx.post(f"{sandbox.url}/history", json={"delete": [ids[0], "unknown"]})
    assert list(get(sandbox, "/history").json()) == ids[1:]
    httpx.post(f"{sandbox.url}/history", json={"clear": True})
    assert get(sandbox, "/history").json() == {}


def test_event_loop_answers_while_a_sampler_runs(sandbox: SandboxProcess) -> None:
    with Ear(sandbox) as ear:
        prompt_id = post(sandbox, sampling_graph(steps=500), client_id=ear.client_id).json()[
            "prompt_id"
        ]
        ear.wait_for("progress", value=2)

        assert get(sandbox, f"/api/jobs/{prompt_id}").json()["status"] == "in_progress"
