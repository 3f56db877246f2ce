"""The sandbox says what it is and has, tells nothing of the machine, and checks origins."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.comfy_bridge.sandbox_play import get, recording
from tests.fakes.sandbox import SandboxProcess, start_sandbox

ORIGINS = [event["http"] for event in recording("28_origin_checks") if "http" in event]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="module")
def sandbox(folder: Path) -> Iterator[SandboxProcess]:
    with start_sandbox(dir=folder, checkpoints=["one.ckpt", "two.ckpt"], version="0.38.1") as one:
        yield one


def test_stats_name_version_and_sandbox_but_no_path(sandbox: SandboxProcess, folder: Path) -> None:
    stats = get(sandbox, "/system_stats").json()

    assert stats["system"]["comfyui_version"] == "0.38.1"
    assert stats["system"]["sandbox"] is True
    assert {"os", "ram_total", "ram_free", "python_version", "pytorch_version", "argv"} <= set(
        stats["system"]
    )
    assert {"name", "type", "index", "vram_total", "vram_free"} <= set(stats["devices"][0])
    assert str(folder) not in json.dumps(stats)
    assert str(Path.cwd()) not in json.dumps(stats)


def test_checkpoints_are_listed_wherever_they_are_chosen(sandbox: SandboxProcess) -> None:
    loader = get(sandbox, "/object_info/CheckpointLoaderSimple").json()["CheckpointLoaderSimple"]

    assert loader["input"]["required"]["ckpt_name"][0] == ["one.ckpt", "two.ckpt"]
    assert get(sandbox, "/models/checkpoints").json() == ["one.ckpt", "two.ckpt"]
    assert get(sandbox, "/models/loras").json() == []
    assert get(sandbox, "/models/nope").status_code == 404
    assert "checkpoints" in get(sandbox, "/models").json()


def test_all_classes_are_described_and_unknown_ones_are_empty(sandbox: SandboxProcess) -> None:
    described = get(sandbox, "/api/object_info").json()

    assert {"LoadImage", "ImageBlend", "KSampler", "SaveImage"} <= set(described)
    assert get(sandbox, "/object_info/NoSuchNode").json() == {}
    assert get(sandbox, "/features").json()["supports_preview_metadata"] is True


def test_unknown_paths_and_methods(sandbox: SandboxProcess) -> None:
    assert get(sandbox, "/nope").status_code == get(sandbox, "/api/nope").status_code == 404
    refused = httpx.put(f"{sandbox.url}/prompt", json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET,HEAD,POST")


@pytest.mark.parametrize("asked", ORIGINS, ids=lambda asked: str(asked["request"].get("headers")))
def test_origin_is_checked_as_recorded(sandbox: SandboxProcess, asked: dict[str, Any]) -> None:
    port = sandbox.url.rpartition(":")[2]
    headers = {
        name: value.replace("8188", port)
        for name, value in asked["request"].get("headers", {}).items()
    }

    answer = httpx.request(asked["request"]["method"], f"{sandbox.url}/prompt", headers=headers)

    assert answer.status_code == asked["response"]["status"]
