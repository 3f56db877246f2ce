"""The messages of a run are, per receiver and in order, those of a real 0.33.0 server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.comfy_bridge.sandbox_play import (
    Ear,
    get,
    png,
    post,
    recorded_graph,
    recording,
    upload,
)
from tests.fakes.sandbox import start_sandbox

RECORDINGS = [
    "wf_img2img_modelfree",
    "wf_sd15_img2img",
    "wf_sd15_img2img_full",
    "wf_inpaint_modelfree",
    "wf_inpaint_separate_mask",
    "wf_batch_of_4",
    "wf_two_outputs_text",
    "wf_empty_preview",
]
CHECKPOINTS = ["random_sd15_full.safetensors", "random_sd15_small.safetensors"]


def mapped(value: Any) -> Any:
    """Without what differs from run to run: ids, times, the letters of temp files."""
    if isinstance(value, dict):
        return {
            key: f"<{key}>" if key in ("prompt_id", "sid", "timestamp", "create_time", "client_id")
            else mapped(one) for key, one in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [mapped(one) for one in value]
    if isinstance(value, str):
        value = re.sub(r"_temp_[a-z]{5}_", "_temp_x_", value)
        return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", value)
    return value


def recorded_messages(events: list[dict[str, Any]], receiver: str) -> list[Any]:
    said = []
    for event in events:
        if event.get("ws") == receiver and "json" in event:
            said.append((event["json"]["type"], mapped(event["json"]["data"])))
        elif event.get("ws") == receiver:
            binary = {key: event["binary"][key] for key in ("event_type", "image", "metadata")}
            said.append(("binary", mapped(binary)))
    return said


def recorded_answers(events: list[dict[str, Any]], start: str) -> list[Any]:
    return [
        event["http"]["response"]["body"]
        for event in events
        if event.get("http", {}).get("request", {}).get("path", "").startswith(start)
    ]


@pytest.fixture(scope="module", params=RECORDINGS)
def played(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """A recorded run and the same graph run in a sandbox, with the same two sockets."""
    events = recording(request.param)
    graph = recorded_graph(request.param)
    flags = any(e.get("json", {}).get("type") == "feature_flags" for e in events)
    with (
        start_sandbox(checkpoints=CHECKPOINTS) as sandbox,
        Ear(sandbox, "first", flags=flags) as client,
        Ear(sandbox, "second") as other,
    ):
        for picture, mode in (("in.png", "RGB"), ("rgba.png", "RGBA"), ("mask.png", "RGB")):
            upload(sandbox, picture, png(mode=mode))
        if request.param == "wf_sd15_img2img_full":  # recorded after wf_sd15_img2img
            upload(sandbox, "sd_img2img_00001_.png", b"", type="output", subfolder="rec")
        prompt_id = post(sandbox, graph, client_id="first").json()["prompt_id"]
        client.wait_for_end(prompt_id)
        other.wait_for("status", status={"exec_info": {"queue_remaining": 0}}, sid=None)
        yield {
            "events": events,
            "client": list(client.heard),
            "other_client": list(other.heard),
            "history": get(sandbox, f"/history/{prompt_id}").json(),
            "job": get(sandbox, f"/api/jobs/{prompt_id}").json(),
        }


@pytest.mark.parametrize("receiver", ["client", "other_client"])
def test_each_receiver_hears_the_recorded_sequence(played: dict[str, Any], receiver: str) -> None:
    heard = [(kind, mapped(data)) for kind, data in played[receiver]]

    assert heard == recorded_messages(played["events"], receiver)


def test_history_and_job_tell_what_the_recorded_ones_tell(played: dict[str, Any]) -> None:
    (recorded,) = recorded_answers(played["events"], "/history/")
    (entry,) = played["history"].values()
    (expected,) = recorded.values()
    assert mapped(entry["prompt"][1:]) == mapped(expected["prompt"][1:])
    assert mapped({**entry, "prompt": 0}) == mapped({**expected, "prompt": 0})

    (expected_job,) = recorded_answers(played["events"], "/api/jobs/")
    assert {*played["job"]} == {*expected_job}
    for key in ("status", "outputs", "outputs_count", "preview_output", "workflow"):
        assert mapped(played["job"].get(key)) == mapped(expected_job.get(key))
