"""The sandbox answers equal work from its cache, as the real server does: names come back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.comfy_bridge.sandbox_play import (
    Ear,
    flat_graph,
    output,
    png,
    post,
    recorded_graph,
    run,
    upload,
    view,
)
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    with start_sandbox(dir=tmp_path) as one:
        upload(one, "in.png", png())
        yield one


def cached(entry: dict[str, Any]) -> list[str]:
    return dict(entry["status"]["messages"])["execution_cached"]["nodes"]


def test_equal_prompt_names_the_old_file_and_says_so(sandbox: SandboxProcess) -> None:
    graph = recorded_graph("wf_img2img_modelfree")
    first = run(sandbox, graph)
    with Ear(sandbox, "me") as ear:
        prompt_id = post(sandbox, graph, client_id="me").json()["prompt_id"]
        ear.wait_for_end(prompt_id)

    said = [(kind, data) for kind, data in ear.heard if kind.startswith(("exec", "progress"))]
    assert [kind for kind, _ in said] == [
        "execution_start",
        "execution_cached",
        "executed",
        "progress_state",
        "execution_success",
        "executing",
    ]
    assert said[1][1]["nodes"] == ["1", "2", "3", "4", "5", "9"]
    assert said[2][1]["output"] == first["outputs"]["9"]
    assert said[3][1]["nodes"]["9"]["value"] == 1


def test_other_prefix_writes_a_new_file_from_cached_work(sandbox: SandboxProcess) -> None:
    graph = recorded_graph("wf_img2img_modelfree")
    run(sandbox, graph)
    graph["9"]["inputs"]["filename_prefix"] = "rec/other"

    again = run(sandbox, graph)

    assert cached(again) == ["1", "2", "3", "4", "5"]
    assert output(again)["filename"] == "other_00001_.png"


def test_overwritten_input_is_computed_again(sandbox: SandboxProcess) -> None:
    graph = recorded_graph("wf_img2img_modelfree")
    run(sandbox, graph)
    upload(sandbox, "in.png", png(seed=1), overwrite="true")

    again = run(sandbox, graph)

    assert cached(again) == []
    assert output(again)["filename"] == "img2img_00002_.png"


def test_only_the_last_prompt_is_remembered(sandbox: SandboxProcess) -> None:
    run(sandbox, flat_graph(1))
    run(sandbox, flat_graph(2))

    assert cached(run(sandbox, flat_graph(1))) == []


def test_free_empties_the_cache(sandbox: SandboxProcess) -> None:
    run(sandbox, flat_graph(1))
    httpx.post(f"{sandbox.url}/free", json={"free_memory": True})

    assert cached(run(sandbox, flat_graph(1))) == []
    assert httpx.post(f"{sandbox.url}/free").status_code == 500


def test_cached_output_is_named_even_when_its_file_is_gone_and_the_name_returns(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    first = output(run(sandbox, flat_graph(1)))
    (tmp_path / "output" / "rec" / first["filename"]).unlink()

    assert output(run(sandbox, flat_graph(1))) == first
    assert view(sandbox, first).status_code == 404
    assert output(run(sandbox, flat_graph(2))) == first
