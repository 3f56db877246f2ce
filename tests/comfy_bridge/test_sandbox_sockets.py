"""Who hears what on the sandbox's sockets, and when they hear nothing any more."""

import json
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.comfy_bridge.sandbox_play import Ear, ended, flat_graph, post, run, sampling_graph
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with start_sandbox() as one:
        yield one


def test_overlapping_client_id_goes_deaf_for_ever_when_the_first_closes(
    sandbox: SandboxProcess,
) -> None:
    first = Ear(sandbox, "twice")
    first.wait_for("status")
    with Ear(sandbox, "twice") as second, Ear(sandbox, "witness") as witness:
        second.wait_for("status")
        first.close()
        heard = len(second.heard)

        prompt_id = post(sandbox, flat_graph(31), client_id="twice").json()["prompt_id"]
        ended(sandbox, prompt_id)
        witness.wait_for("status", status={"exec_info": {"queue_remaining": 0}}, sid=None)

        assert len(second.heard) == heard
        assert not second.closed.is_set()
        assert "twice" not in sandbox.state()["sockets"]["addressed"]


def test_fresh_socket_after_an_overlap_hears_again(sandbox: SandboxProcess) -> None:
    first, second = Ear(sandbox, "thrice"), Ear(sandbox, "thrice")
    second.wait_for("status")
    first.close()
    with second, Ear(sandbox, "thrice") as third:
        third.wait_for("status")
        prompt_id = post(sandbox, flat_graph(32), client_id="thrice").json()["prompt_id"]
        third.wait_for_end(prompt_id)


def test_reconnect_is_told_the_running_node_and_hears_the_rest(sandbox: SandboxProcess) -> None:
    with Ear(sandbox, "back") as first:
        graph = sampling_graph(steps=2000, seed=33)
        prompt_id = post(sandbox, graph, client_id="back").json()["prompt_id"]
        first.wait_for("progress", prompt_id=prompt_id)
    with Ear(sandbox, "back") as second:
        second.wait_for("progress", prompt_id=prompt_id)
        httpx.post(f"{sandbox.url}/interrupt", json={"prompt_id": prompt_id})
        second.wait_for_end(prompt_id)

    assert second.heard[1] == ("executing", {"node": "7"})
    assert "execution_start" not in second.kinds
    assert "execution_interrupted" in second.kinds


def test_prompt_without_client_id_is_heard_by_all_but_only_its_progress(
    sandbox: SandboxProcess,
) -> None:
    with Ear(sandbox, "a", flags=True) as one, Ear(sandbox) as other:
        run(sandbox, sampling_graph(steps=2, seed=34))
        for ear in (one, other):
            ear.wait_for("progress", value=2)
            ear.wait_for("status", status={"exec_info": {"queue_remaining": 0}}, sid=None)
            kinds = {kind for kind in ear.kinds if kind != "feature_flags"}
            assert kinds == {"status", "progress_state", "progress", "binary"}
            assert ear.wait_for("binary")["event_type"] == 1


def test_prompt_of_a_client_that_is_not_there_is_heard_by_nobody(sandbox: SandboxProcess) -> None:
    with Ear(sandbox, "b") as ear:
        run(sandbox, sampling_graph(steps=2, seed=35), client_id="nobody")
        ear.wait_for("status", status={"exec_info": {"queue_remaining": 0}}, sid=None)

        assert set(ear.kinds) == {"status"}


def test_preview_without_metadata_comes_after_its_progress(sandbox: SandboxProcess) -> None:
    with Ear(sandbox, "c") as ear:
        post(sandbox, sampling_graph(steps=2, seed=36), client_id="c")
        ear.wait_for("execution_success")

    steps = [kind for kind in ear.kinds if kind in ("progress", "binary")]
    assert steps == ["progress", "binary"] * 2
    assert ear.wait_for("binary") == {"event_type": 1, "format_code": 1, "image": "JPEG 512x512"}


def test_progress_without_preview_is_throttled_but_first_and_last_come(
    sandbox: SandboxProcess,
) -> None:
    with Ear(sandbox, "d") as ear:
        graph = sampling_graph(steps=40, seed=37)
        post(sandbox, graph, client_id="d", extra_data={"preview_method": "none"})
        ear.wait_for("execution_success")

    values = [data["value"] for kind, data in ear.heard if kind == "progress"]
    assert (values[0], values[-1]) == (1, 40)
    assert len(values) < 40
    assert "binary" not in ear.kinds


def test_only_the_first_message_can_be_feature_flags(sandbox: SandboxProcess) -> None:
    flags = json.dumps({"type": "feature_flags", "data": {}})
    with Ear(sandbox, "e") as late, Ear(sandbox, "f") as noisy:
        late.socket.send(json.dumps({"type": "hello"}))
        late.socket.send(flags)
        noisy.socket.send("no JSON")
        noisy.socket.send(flags)
        noisy.wait_for("feature_flags")
        post(sandbox, flat_graph(38), client_id="e")
        late.wait_for("execution_success")

        assert "feature_flags" not in late.kinds


def test_socket_of_another_origin_is_refused(sandbox: SandboxProcess) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Ear(sandbox, "g", origin="http://evil.example")

    assert refused.value.response.status_code == 403


def test_socket_of_another_site_is_refused(sandbox: SandboxProcess) -> None:
    with pytest.raises(InvalidStatus):
        Ear(sandbox, "h", additional_headers={"Sec-Fetch-Site": "cross-site"})
