"""POST /prompt answers odd graphs as a real 0.33.0 server does: status, types, shapes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.comfy_bridge.sandbox_play import flat_graph, get, post, recording, until
from tests.fakes.sandbox import SandboxProcess, start_sandbox

CHECKPOINTS = ["random_sd15_full.safetensors", "random_sd15_small.safetensors"]
ASKED = [
    event["http"]
    for event in recording("10_prompt_errors")
    if "json" in event.get("http", {}).get("request", {})
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with start_sandbox(checkpoints=CHECKPOINTS) as one:
        yield one


def comparable(body: Any) -> Any:
    """Without ids and numbers; errors of one node in a fixed order (the real one is by chance)."""
    if not isinstance(body, dict):
        return body
    errors = {
        node_id: {
            **said,
            "errors": sorted(said["errors"], key=lambda one: (one["type"], one["details"])),
        }
        for node_id, said in body.get("node_errors", {}).items()
    }
    known = {key: value for key, value in body.items() if key not in ("prompt_id", "number")}
    return {**known, "node_errors": errors}


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.get("note", "plain"))
def test_prompt_is_answered_as_recorded(sandbox: SandboxProcess, asked: dict[str, Any]) -> None:
    request, expected = asked["request"], asked["response"]

    answer = httpx.request(
        request["method"], f"{sandbox.url}{request['path']}", json=request["json"], timeout=20
    )

    assert answer.status_code == expected["status"]
    assert answer.headers["content-type"] == expected["headers"]["Content-Type"]
    body = answer.json() if "json" in answer.headers["content-type"] else answer.text
    assert comparable(body) == comparable(expected["body"])


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"prompt": ', 500), (b"", 500), (b"[]", 400), (b"5", 500), (b'{"x": 1}', 400)],
)
def test_body_that_is_no_prompt_is_refused(
    sandbox: SandboxProcess, body: bytes, status: int
) -> None:
    answer = httpx.post(f"{sandbox.url}/prompt", content=body)

    assert answer.status_code == status
    if status == 400:
        assert answer.json()["error"]["type"] == "no_prompt"


def test_content_type_is_not_looked_at_and_values_are_coerced(sandbox: SandboxProcess) -> None:
    graph = flat_graph(color="3")
    graph["1"]["inputs"]["width"] = 32.7

    answer = httpx.post(
        f"{sandbox.url}/api/prompt",
        content=httpx.Request("POST", "http://x", json={"prompt": graph}).content,
        headers={"Content-Type": "text/plain"},
    )

    assert answer.status_code == 200
    prompt_id = answer.json()["prompt_id"]
    entry = until(lambda: get(sandbox, f"/history/{prompt_id}").json().get(prompt_id))
    assert entry["prompt"][2]["1"]["inputs"]["width"] == 32
    assert entry["prompt"][2]["1"]["inputs"]["color"] == 3


def test_body_beyond_100_mib_is_refused(sandbox: SandboxProcess) -> None:
    answer = httpx.post(f"{sandbox.url}/prompt", content=bytes(101 * 1024 * 1024), timeout=60)

    assert answer.status_code == 413
    assert answer.text == "Maximum request body size 104857600 exceeded."


def test_seed_has_64_bits(sandbox: SandboxProcess) -> None:
    def refusal(seed: Any) -> str:
        sampler = {"seed": seed, "steps": 1, "cfg": 1.0, "denoise": 1.0}
        sampler |= {"sampler_name": "euler", "scheduler": "normal"}
        graph = {
            "7": {"class_type": "KSampler", "inputs": sampler},
            "9": {
                "class_type": "SaveImage",
                "inputs": {"images": ["7", 0], "filename_prefix": "x"},
            },
            "8": {"class_type": "VAEDecode", "inputs": {"samples": ["7", 0], "vae": ["7", 0]}},
        }
        graph["9"]["inputs"]["images"] = ["8", 0]
        errors = post(sandbox, graph).json()["node_errors"]["7"]["errors"]
        return ",".join(one["type"] for one in errors if one["details"] == "seed")

    assert refusal(2**64) == "value_bigger_than_max"
    assert refusal(-1) == "value_smaller_than_min"
    assert refusal(2**64 - 1) == ""
