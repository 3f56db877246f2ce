"""Each fault switch of the sandbox does what it says, and ends when it is switched off."""

import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from tests.comfy_bridge.sandbox_play import (
    Ear,
    ended,
    flat_graph,
    get,
    output,
    post,
    run,
    sampling_graph,
    until,
    view,
)
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxProcess]:
    with start_sandbox() as one:
        yield one


@pytest.fixture
def sandbox(running: SandboxProcess) -> Iterator[SandboxProcess]:
    yield running
    running.faults(reset=True, lose_history=True)


@pytest.fixture
def ear(sandbox: SandboxProcess) -> Iterator[Ear]:
    with Ear(sandbox) as one:
        yield one


def submitted(sandbox: SandboxProcess, ear: Ear, graph: Any = None) -> str:
    answer = post(sandbox, graph or flat_graph(), client_id=ear.client_id)
    return answer.json()["prompt_id"]


def test_down_accepts_and_closes_and_breaks_the_sockets(sandbox: SandboxProcess, ear: Ear) -> None:
    with httpx.Client(base_url=sandbox.url) as kept_alive:
        kept_alive.get("/prompt")
        sandbox.faults(down=True)

        for asked in (kept_alive.get, httpx.Client(base_url=sandbox.url).get):
            with pytest.raises(httpx.TransportError):
                asked("/prompt")
    assert ear.closed.wait(10)
    with pytest.raises((OSError, InvalidHandshake)):
        Ear(sandbox)
    sandbox.faults(down=False)
    assert get(sandbox, "/prompt").status_code == 200


def test_refuse_answers_400_so_many_times(sandbox: SandboxProcess) -> None:
    sandbox.faults(refuse=1)

    refused = post(sandbox, flat_graph())

    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "prompt_outputs_failed_validation"
    assert post(sandbox, flat_graph()).status_code == 200


def test_error_after_queue_answers_500_and_runs(sandbox: SandboxProcess) -> None:
    sandbox.faults(error_after_queue=True)
    prompt_id = str(uuid.uuid4())

    assert post(sandbox, flat_graph(), prompt_id=prompt_id).status_code == 500

    assert ended(sandbox, prompt_id)["status"]["completed"]
    state = sandbox.state()
    assert (state["posts"][prompt_id], state["runs"][prompt_id]) == (1, 1)


def test_drop_socket_breaks_it_after_so_many_messages(sandbox: SandboxProcess, ear: Ear) -> None:
    sandbox.faults(drop_socket=4)

    prompt_id = submitted(sandbox, ear, sampling_graph(steps=10))

    assert ear.closed.wait(10)
    assert ear.kinds[:4] == ["status", "status", "status", "execution_start"]
    assert "executing" not in ear.kinds
    assert ended(sandbox, prompt_id)["status"]["completed"]


def test_deaf_socket_stays_open_and_hears_nothing(sandbox: SandboxProcess, ear: Ear) -> None:
    sandbox.faults(deaf_socket=True)

    ended(sandbox, submitted(sandbox, ear))

    assert ear.kinds == ["status"]
    assert not ear.closed.is_set()
    sandbox.faults(deaf_socket=False)
    ear.wait_for_end(submitted(sandbox, ear))


def test_lose_history_forgets_queue_history_cache_and_what_runs(
    sandbox: SandboxProcess, ear: Ear
) -> None:
    ready = run(sandbox, flat_graph())
    lost = submitted(sandbox, ear, sampling_graph(steps=2000))
    ear.wait_for("progress", prompt_id=lost)
    waiting = submitted(sandbox, ear)

    sandbox.faults(lose_history=True)

    assert get(sandbox, "/history").json() == {}
    assert get(sandbox, "/queue").json() == {"queue_running": [], "queue_pending": []}
    for prompt_id in (ready["prompt"][1], lost, waiting):
        assert get(sandbox, f"/api/jobs/{prompt_id}").status_code == 404
    assert view(sandbox, output(ready)).status_code == 200
    again = run(sandbox, flat_graph())
    assert again["prompt"][0] == 0
    assert dict(again["status"]["messages"])["execution_cached"]["nodes"] == []
    assert "execution_interrupted" not in ear.kinds
    assert not ear.closed.is_set()


def test_lose_history_as_a_restart_breaks_the_sockets_and_wipes_temp(
    sandbox: SandboxProcess, ear: Ear
) -> None:
    preview = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    image = output(run(sandbox, {**flat_graph(), "8": preview}), "8")
    assert view(sandbox, image).status_code == 200

    sandbox.faults(lose_history="restart")

    assert ear.closed.wait(10)
    assert view(sandbox, image).status_code == 404


@pytest.mark.parametrize("kind", ["node", "silent"])
def test_hang_lasts_until_it_is_interrupted(sandbox: SandboxProcess, ear: Ear, kind: str) -> None:
    sandbox.faults(hang=kind)
    prompt_id = submitted(sandbox, ear)
    ear.wait_for("execution_cached")
    if kind == "node":
        ear.wait_for("executing", node="1")
    assert get(sandbox, f"/api/jobs/{prompt_id}").json()["status"] == "in_progress"

    httpx.post(f"{sandbox.url}/interrupt", json={"prompt_id": prompt_id})

    ear.wait_for_end(prompt_id)
    assert "execution_interrupted" in ear.kinds
    announced = [data for said, data in ear.heard if said == "executing" and data["node"]]
    assert bool(announced) == (kind == "node")


def test_hang_lasts_until_it_is_switched_off(sandbox: SandboxProcess, ear: Ear) -> None:
    sandbox.faults(hang=True)
    prompt_id = submitted(sandbox, ear)
    ear.wait_for("executing", node="1")

    sandbox.faults(hang=False)

    assert ended(sandbox, prompt_id)["status"]["completed"]


def test_stuck_node_does_not_look_at_interrupts(sandbox: SandboxProcess, ear: Ear) -> None:
    sandbox.faults(hang="stuck")
    prompt_id = submitted(sandbox, ear)
    ear.wait_for("executing", node="1")
    httpx.post(f"{sandbox.url}/interrupt", json={"prompt_id": prompt_id})
    run_meanwhile = [get(sandbox, f"/api/jobs/{prompt_id}").json()["status"] for _ in range(10)]

    sandbox.faults(hang=False)

    assert set(run_meanwhile) == {"in_progress"}
    assert ended(sandbox, prompt_id)["status"]["messages"][-1][0] == "execution_interrupted"


def test_slow_stretches_steps_and_nodes(sandbox: SandboxProcess) -> None:
    def duration(seed: int) -> int:
        entry = run(sandbox, sampling_graph(steps=4, seed=seed))
        times = {kind: said["timestamp"] for kind, said in entry["status"]["messages"]}
        return times["execution_success"] - times["execution_start"]

    duration(1)
    sandbox.faults(slow=5)

    # 4 steps of 20 ms and 3 nodes of 50 ms, stretched: sleeping cannot take less
    assert duration(2) >= 4 * 20 * 5 + 3 * 50 * 4


def test_node_error_ends_the_prompt_at_that_class(sandbox: SandboxProcess, ear: Ear) -> None:
    sandbox.faults(node_error="SaveImage")
    prompt_id = submitted(sandbox, ear)

    said = ear.wait_for("execution_error", prompt_id=prompt_id)

    assert (said["node_id"], said["node_type"]) == ("9", "SaveImage")
    assert said["exception_type"] == "RuntimeError"
    job = get(sandbox, f"/api/jobs/{prompt_id}").json()
    assert until(lambda: ended(sandbox, prompt_id))["status"]["status_str"] == "error"
    assert job["status"] in ("in_progress", "failed")
    sandbox.faults(node_error=None)
    assert run(sandbox, flat_graph())["status"]["completed"]


def test_hostile_views_lie_about_their_content(sandbox: SandboxProcess) -> None:
    image = output(run(sandbox, flat_graph()))
    honest = view(sandbox, image).content

    sandbox.faults(hostile=["content_type"])
    assert view(sandbox, image).headers["content-type"].startswith("text/html")
    sandbox.faults(hostile="html")
    page = view(sandbox, image)
    assert page.headers["content-type"] == "image/png"
    assert b"<!doctype" in page.content
    sandbox.faults(hostile="truncated_png")
    cut = view(sandbox, image).content
    assert cut == honest[: len(honest) // 2]
    with pytest.raises(OSError, match=r"(?i)truncated|broken"):
        Image.open(io.BytesIO(cut)).load()


def test_hostile_view_goes_on_and_on_without_a_length(sandbox: SandboxProcess) -> None:
    image = output(run(sandbox, flat_graph()))
    sandbox.faults(hostile="oversized")

    with httpx.stream("GET", f"{sandbox.url}/view", params=image) as answer:
        assert "content-length" not in answer.headers
        got = 0
        for chunk in answer.iter_bytes():
            got += len(chunk)
            if got > 8 * 1024 * 1024:
                break

    assert got > 8 * 1024 * 1024


def test_hostile_history_is_no_json_and_names_other_files(sandbox: SandboxProcess) -> None:
    sandbox.faults(hostile="traversal")
    assert output(run(sandbox, flat_graph()))["filename"].startswith("../")
    sandbox.faults(hostile=["bad_json"])

    with pytest.raises(json.JSONDecodeError):
        get(sandbox, "/history").json()


def test_hostile_socket_speaks_of_foreign_prompts(sandbox: SandboxProcess, ear: Ear) -> None:
    sandbox.faults(hostile=["foreign_events"])
    prompt_id = submitted(sandbox, ear)
    ear.wait_for_end(prompt_id)

    foreign = {data.get("prompt_id") for _, data in ear.heard} - {prompt_id, None}
    assert len(foreign) == 1
    assert "execution_error" in ear.kinds


def test_hostile_socket_sends_garbage_and_huge_frames(sandbox: SandboxProcess) -> None:
    with connect(f"{sandbox.ws_url}?clientId=raw", max_size=None) as socket:
        socket.recv(10)
        sandbox.faults(hostile=["garbage_frames", "huge_frame"])
        post(sandbox, flat_graph(), client_id="raw")
        frames: list[str | bytes] = []
        while not frames or '"executing", "data": {"node": null, "p' not in str(frames[-1])[:80]:
            frames.append(socket.recv(10))

    assert "no JSON at all" in frames
    assert max(map(len, frames)) > 32 * 1024 * 1024


def test_unknown_switches_and_values_are_refused(sandbox: SandboxProcess) -> None:
    for switches in ({"bogus": 1}, {"hostile": ["bogus"]}, {"slow": 0.5}, {"hang": "maybe"}):
        answer = httpx.post(f"{sandbox.url}/sandbox/faults", json=switches)
        assert answer.status_code == 400
        assert "error" in answer.json()
    assert get(sandbox, "/sandbox/faults").json()["slow"] == 1.0


def test_switches_can_be_set_at_the_start() -> None:
    with start_sandbox(fault={"refuse": 2, "hostile": "html,bad_json", "slow": 2}) as other:
        faults = other.state()["faults"]

    assert (faults["refuse"], faults["slow"]) == (2, 2.0)
    assert faults["hostile"] == ["bad_json", "html"]
