"""Interrupting in the sandbox: only what runs, between nodes and steps, with the recorded end."""

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
)
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with start_sandbox() as one:
        yield one


@pytest.fixture
def ear(sandbox: SandboxProcess) -> Iterator[Ear]:
    with Ear(sandbox) as one:
        yield one


def interrupt(sandbox: SandboxProcess, **request: object) -> None:
    answer = httpx.post(f"{sandbox.url}/interrupt", **request)
    assert (answer.status_code, answer.content) == (200, b"")


def sampling(sandbox: SandboxProcess, ear: Ear, seed: int) -> str:
    graph = sampling_graph(steps=2000, seed=seed)
    prompt_id = post(sandbox, graph, client_id=ear.client_id).json()["prompt_id"]
    ear.wait_for("progress", prompt_id=prompt_id, value=2)
    return prompt_id


def test_running_prompt_ends_between_two_steps(sandbox: SandboxProcess, ear: Ear) -> None:
    prompt_id = sampling(sandbox, ear, seed=1)
    interrupt(sandbox, json={"prompt_id": str(uuid.uuid4())})
    interrupt(sandbox, json={"prompt_id": prompt_id})

    ear.wait_for_end(prompt_id)

    said = ear.wait_for("execution_interrupted", prompt_id=prompt_id)
    assert (said["node_id"], said["node_type"]) == ("7", "KSampler")
    assert set(said["executed"]) == {"1", "2", "3", "6"}
    assert ear.kinds[-3:] == ["execution_interrupted", "status", "executing"]
    status = ended(sandbox, prompt_id)["status"]
    assert (status["status_str"], status["completed"]) == ("error", False)
    assert status["messages"][-1][0] == "execution_interrupted"
    assert get(sandbox, f"/api/jobs/{prompt_id}").json()["status"] == "cancelled"


def test_malformed_body_interrupts_whatever_runs(sandbox: SandboxProcess, ear: Ear) -> None:
    prompt_id = sampling(sandbox, ear, seed=2)

    interrupt(sandbox, content=b"{{{")

    ear.wait_for("execution_interrupted", prompt_id=prompt_id)


def test_interrupt_while_idle_does_not_touch_the_next_prompt(sandbox: SandboxProcess) -> None:
    interrupt(sandbox)

    assert run(sandbox, flat_graph(21))["status"]["completed"]


def test_cancel_works_for_running_and_waiting_alike(sandbox: SandboxProcess, ear: Ear) -> None:
    def cancelled(prompt_id: str) -> bool:
        return httpx.post(f"{sandbox.url}/api/jobs/{prompt_id}/cancel").json()["cancelled"]

    running = sampling(sandbox, ear, seed=3)
    waiting = post(sandbox, flat_graph(22)).json()["prompt_id"]

    assert cancelled(waiting)
    assert cancelled(running)
    assert not cancelled(str(uuid.uuid4()))
    ear.wait_for_end(running)
    assert not cancelled(running)
    bad = httpx.post(f"{sandbox.url}/api/jobs/cancel", json={"job_ids": ["xx"]})
    assert (bad.status_code, bad.json()["invalid_ids"]) == (400, ["xx"])


def test_outputs_made_before_the_interrupt_are_kept(sandbox: SandboxProcess, ear: Ear) -> None:
    early = {"class_type": "PreviewImage", "inputs": {"images": ["40", 0]}}
    size = {"width": 8, "height": 8, "batch_size": 1, "color": 5}
    graph = sampling_graph(steps=2000, seed=4)
    graph |= {"40": {"class_type": "EmptyImage", "inputs": size}, "50": early}
    prompt_id = post(sandbox, graph, client_id=ear.client_id).json()["prompt_id"]
    ear.wait_for("progress", prompt_id=prompt_id, value=1)

    interrupt(sandbox, json={"prompt_id": prompt_id})

    assert set(ended(sandbox, prompt_id)["outputs"]) == {"50"}
