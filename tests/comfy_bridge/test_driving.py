"""A prompt driven through a real sandbox process, whole and under every fault."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from comfy_bridge.errors import (
    ExecutionFailed,
    GraphRefused,
    HostileAnswer,
    MissingModel,
    MissingNode,
    NoOutput,
    OutputGone,
    ProgressStalled,
    PromptLost,
    ServerError,
    ServerTimeout,
    ServerUnreachable,
)
from comfy_bridge.requests import BoundPrompt
from comfy_bridge.submitting import Pace
from tests.comfy_bridge.driving import (
    FAST,
    Connected,
    Driven,
    driven,
    modelfree,
    picture,
    sampled,
    wait_for,
)
from tests.fakes.sandbox import SandboxProcess, start_sandbox


def test_a_modelfree_run_gives_a_picture(sandbox: SandboxProcess, connected: Connected) -> None:
    result = driven(connected(sandbox.url), modelfree(size=80))
    assert picture(result).size == (80, 80)
    assert result.phases()[0] == "uploading"
    assert result.phases()[-1] == "collecting"


def test_the_same_seed_gives_the_same_pixels(sandbox: SandboxProcess, connected: Connected) -> None:
    server = connected(sandbox.url)
    one, same, other = (picture(driven(server, modelfree(seed))) for seed in (5, 5, 6))
    assert one.tobytes() == same.tobytes()
    assert one.tobytes() != other.tobytes()


def test_a_sampled_run_shows_steps_and_previews(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    result = driven(connected(sandbox.url), sampled(steps=6))
    steps = {p.step for p in result.progress if p.node_class == "KSampler" and p.step}
    assert len(steps) > 2
    assert steps <= set(range(1, 7))
    assert any(p.preview for p in result.progress)
    assert picture(result).size == (96, 96)


def test_those_who_wait_see_how_many_are_ahead(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    sandbox.faults(slow=4)
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(driven, server, sampled(), stall_s=30) for _ in range(4)]
        results = [run.result() for run in runs]
    positions = {p.position for result in results for p in result.progress} - {None}
    assert {1, 2} <= positions
    assert all(result.outcome for result in results)


def test_all_prompts_of_a_process_share_one_socket(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    opened = sandbox.state()["sockets"]["opened"]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda seed: driven(server, modelfree(seed)), range(20, 26)))
    assert sandbox.state()["sockets"]["opened"] == opened + 1


def test_a_cached_answer_is_collected(sandbox: SandboxProcess, connected: Connected) -> None:
    server = connected(sandbox.url)
    prompt = modelfree(seed=77, key="samekey")
    first = driven(server, prompt)
    again = driven(server, prompt)
    assert first.outcome is not None
    assert again.outcome is not None
    assert again.outcome.cached
    assert again.outcome.files == first.outcome.files


def test_a_server_that_is_not_there_is_unreachable(connected: Connected) -> None:
    with start_sandbox() as process:
        url = process.url
    with pytest.raises(ServerUnreachable) as caught:
        driven(connected(url), modelfree())
    assert not caught.value.permanent
    assert not caught.value.spent


def test_a_server_that_is_down_is_a_retryable_failure(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    sandbox.faults(down=True)
    with pytest.raises((ServerUnreachable, ServerError)) as caught:
        driven(connected(sandbox.url), modelfree())
    assert not caught.value.permanent


def test_a_refusal_is_final(sandbox: SandboxProcess, connected: Connected) -> None:
    sandbox.faults(refuse=True)
    result = Driven()
    with pytest.raises(GraphRefused) as caught:
        driven(connected(sandbox.url), modelfree(), into=result)
    assert caught.value.permanent
    assert sandbox.state()["posts"].get(result.prompt_id, 0) <= 1


def test_a_missing_checkpoint_is_named(sandbox: SandboxProcess, connected: Connected) -> None:
    with pytest.raises(MissingModel) as caught:
        driven(connected(sandbox.url), sampled(checkpoint="gone.safetensors"))
    assert caught.value.extra["model"] == "gone.safetensors"


def test_a_missing_node_is_named(sandbox: SandboxProcess, connected: Connected) -> None:
    prompt = modelfree()
    prompt.graph["3"]["class_type"] = "NoSuchNode"
    with pytest.raises(MissingNode) as caught:
        driven(connected(sandbox.url), prompt)
    assert caught.value.extra["node"] == "NoSuchNode"


def test_a_node_that_fails_is_named(sandbox: SandboxProcess, connected: Connected) -> None:
    sandbox.faults(node_error="ImageSharpen")
    with pytest.raises(ExecutionFailed) as caught:
        driven(connected(sandbox.url), modelfree())
    assert caught.value.extra["node_class"] == "ImageSharpen"


@pytest.mark.parametrize("fresh", [True, False])
def test_a_500_after_queueing_runs_once(
    sandbox: SandboxProcess, connected: Connected, fresh: bool
) -> None:
    sandbox.faults(error_after_queue=1)
    result = driven(connected(sandbox.url), modelfree(), fresh=fresh)
    assert picture(result)
    assert sandbox.state()["posts"][result.prompt_id] == 1
    assert sandbox.state()["runs"][result.prompt_id] == 1


def test_a_prompt_that_is_already_there_is_taken_up_and_not_sent_again(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server, prompt, prompt_id = connected(sandbox.url), sampled(), str(uuid.uuid4())
    server.client.upload_image(prompt.uploads[0])
    server.client.submit(prompt_id, prompt.graph, uuid.uuid4().hex, prompt.outputs)
    for _ in range(2):  # on its way, and after its end
        result = driven(server, prompt, prompt_id=prompt_id, fresh=False, sent=True)
        assert picture(result)
    assert sandbox.state()["posts"][prompt_id] == 1


def test_a_dropped_socket_changes_only_the_bar(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    sandbox.faults(drop_socket=3)
    result = driven(connected(sandbox.url), sampled())
    assert picture(result)
    assert sandbox.state()["runs"][result.prompt_id] == 1


def test_a_deaf_socket_changes_only_the_bar(sandbox: SandboxProcess, connected: Connected) -> None:
    sandbox.faults(deaf_socket=True)
    result = driven(connected(sandbox.url), sampled())
    assert picture(result)
    assert not [p for p in result.progress if p.step]


def test_a_deaf_socket_is_given_up_for_another(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    driven(server, modelfree(seed=1))
    opened = sandbox.state()["sockets"]["opened"]
    sandbox.faults(deaf_socket=True, slow=6)
    driven(server, sampled(steps=10), stall_s=30)
    sandbox.faults(reset=True)
    assert sandbox.state()["sockets"]["opened"] > opened
    result = driven(server, sampled())
    assert [p for p in result.progress if p.step]


@pytest.mark.parametrize("kind", ["node", "silent", "stuck"])
def test_a_server_that_falls_silent_is_caught(
    sandbox: SandboxProcess, connected: Connected, kind: str
) -> None:
    sandbox.faults(hang=kind)
    pace = Pace(**{**vars(FAST), "cancel_wait_s": 0.5})
    with pytest.raises(ProgressStalled) as caught:
        driven(connected(sandbox.url), modelfree(), stall_s=0.5, pace=pace)
    assert not caught.value.permanent
    assert caught.value.spent
    sandbox.faults(reset=True)
    wait_for(lambda: sandbox.state()["queue_remaining"] == 0)


def test_a_slow_run_is_no_stall(sandbox: SandboxProcess, connected: Connected) -> None:
    sandbox.faults(slow=8)
    result = driven(connected(sandbox.url), sampled(steps=12), stall_s=0.8)
    assert picture(result)


def test_a_restart_that_lost_the_prompt_is_told(connected: Connected) -> None:
    with start_sandbox(step_ms=400) as process:
        server = connected(process.url)
        result = Driven()
        with ThreadPoolExecutor(1) as pool:
            prompt = sampled(steps=30)
            pace = Pace(**{**vars(FAST), "unreachable_s": 15.0})
            run = pool.submit(driven, server, prompt, into=result, stall_s=60, pace=pace)
            wait_for(lambda: any(p.phase == "running" for p in result.progress))
            process.kill()
            process.start()
            with pytest.raises(PromptLost) as caught:
                run.result()
        assert caught.value.spent
        assert not caught.value.permanent
        with pytest.raises(PromptLost):
            driven(server, prompt, prompt_id=result.prompt_id, fresh=False, sent=True)


def test_a_server_that_dies_midway_is_unreachable(connected: Connected) -> None:
    with start_sandbox(step_ms=400) as process:
        result = Driven()
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(driven, connected(process.url), sampled(steps=30), into=result)
            wait_for(lambda: any(p.phase == "running" for p in result.progress))
            process.kill()
            with pytest.raises(ServerUnreachable):
                run.result()


def test_a_lost_prompt_that_was_never_confirmed_is_sent_under_the_same_id(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    result = driven(connected(sandbox.url), modelfree(), fresh=False, sent=False)
    assert sandbox.state()["posts"][result.prompt_id] == 1


def test_an_output_larger_than_allowed_is_refused(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    with pytest.raises(HostileAnswer):
        driven(connected(sandbox.url), modelfree(), max_output_bytes=50)


@pytest.mark.parametrize("kind", ["bad_json", "traversal", "oversized"])
def test_a_hostile_server_is_a_typed_failure(
    sandbox: SandboxProcess, connected: Connected, kind: str
) -> None:
    sandbox.faults(hostile=[kind])
    with pytest.raises((HostileAnswer, ServerTimeout)) as caught:
        driven(connected(sandbox.url), modelfree())
    assert caught.value.sentence


@pytest.mark.parametrize("kind", ["huge_frame", "garbage_frames", "foreign_events"])
def test_hostile_frames_change_nothing(
    sandbox: SandboxProcess, connected: Connected, kind: str
) -> None:
    sandbox.faults(hostile=[kind])
    assert picture(driven(connected(sandbox.url), sampled()))


@pytest.mark.parametrize("kind", ["content_type", "html", "truncated_png"])
def test_whatever_the_bytes_are_is_for_the_validator_to_say(
    sandbox: SandboxProcess, connected: Connected, kind: str
) -> None:
    sandbox.faults(hostile=[kind])
    result = driven(connected(sandbox.url), modelfree())
    assert result.outcome is not None
    assert result.outcome.files[0].data


def test_a_run_without_a_declared_output_is_told(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    prompt = modelfree()
    other = BoundPrompt(graph=prompt.graph, outputs=("5",), uploads=prompt.uploads)
    with pytest.raises(NoOutput):
        driven(connected(sandbox.url), other)


def test_a_file_that_is_gone_asks_for_another_prefix(connected: Connected, tmp_path: Any) -> None:
    with start_sandbox(dir=tmp_path) as process:
        server = connected(process.url)
        prompt = modelfree(seed=3, key="gone")
        driven(server, prompt)
        for file in tmp_path.rglob("out_*.png"):
            file.unlink()
        with pytest.raises(OutputGone):
            driven(server, prompt)
        other = modelfree(seed=3, key="other")
        assert picture(driven(server, other))
