"""A prompt driven through a real sandbox process, whole and under every fault."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from comfy_bridge.errors import (
    ExecutionFailed,
    GraphRefused,
    HostileAnswer,
    Interrupted,
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
from comfy_bridge.handles import ServerHandle
from comfy_bridge.preparing import output_prefix, prepare
from comfy_bridge.recipes import built_in
from comfy_bridge.requests import BoundPrompt
from comfy_bridge.submitting import Pace
from tests.comfy_bridge.driving import FAST, Driven, driven
from tests.fakes.replay import png
from tests.fakes.sandbox import SandboxProcess, start_sandbox

Connected = Callable[[str], ServerHandle]
RECIPES = {recipe.name: recipe for recipe in built_in()}


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxProcess]:
    with start_sandbox(step_ms=15) as process:
        yield process


@pytest.fixture
def sandbox(running: SandboxProcess) -> Iterator[SandboxProcess]:
    running.faults(reset=True)
    yield running
    running.faults(reset=True)


def modelfree(seed: int = 1, size: int = 96, key: str = "") -> BoundPrompt:
    recipe = RECIPES["modelfree_img2img"]
    values = {
        "seed": seed,
        "width": size,
        "height": size,
        "output_prefix": output_prefix(key or uuid.uuid4().hex),
    }
    return prepare(recipe.graph, recipe.bindings, values, {"source_image": png((96, 96))})


def sampled(steps: int = 6, **values: Any) -> BoundPrompt:
    recipe = RECIPES["sd_img2img"]
    given = {
        "seed": uuid.uuid4().int % 2**31,
        "steps": steps,
        "width": 96,
        "height": 96,
        "prompt": "a green hill",
        "checkpoint": "sandbox.safetensors",
        "output_prefix": output_prefix(uuid.uuid4().hex),
        **values,
    }
    return prepare(recipe.graph, recipe.bindings, given, {"source_image": png((96, 96))})


def wait_for(condition: Callable[[], bool], limit_s: float = 10.0) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def picture(result: Driven) -> Image.Image:
    assert result.outcome is not None
    return Image.open(BytesIO(result.outcome.files[0].data))


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


def test_a_stop_interrupts_a_running_prompt(sandbox: SandboxProcess, connected: Connected) -> None:
    sandbox.faults(slow=5)
    result = Driven()
    with pytest.raises(Interrupted) as caught:
        driven(
            connected(sandbox.url),
            sampled(steps=100),
            stop=lambda: any(p.step for p in result.progress),
            into=result,
        )
    assert caught.value.extra == {"by_us": True, "confirmed": True}
    assert sandbox.state()["queue_remaining"] == 0


def test_a_stop_takes_a_waiting_prompt_out_and_leaves_the_running_one_alone(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    sandbox.faults(slow=3)
    stop = threading.Event()
    waiting = Driven()
    with ThreadPoolExecutor(2) as pool:
        running = Driven()
        first = pool.submit(driven, server, sampled(steps=20), into=running, stall_s=30)
        wait_for(lambda: any(p.phase == "running" for p in running.progress))
        second = pool.submit(driven, server, sampled(), into=waiting, stop=stop.is_set)
        wait_for(lambda: any(p.position for p in waiting.progress))
        stop.set()
        with pytest.raises(Interrupted):
            second.result()
        assert picture(first.result())
    assert waiting.prompt_id not in sandbox.state()["runs"]


def test_a_stop_before_a_fresh_prompt_sends_nothing(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    result = Driven()
    with pytest.raises(Interrupted):
        driven(connected(sandbox.url), modelfree(), stop=lambda: True, into=result)
    assert result.prompt_id not in sandbox.state()["posts"]


def test_an_interruption_by_somebody_else_is_told_apart(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    sandbox.faults(slow=5)
    result = Driven()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(driven, server, sampled(steps=100), into=result)
        wait_for(lambda: any(p.step for p in result.progress))
        server.client.cancel(result.prompt_id)
        with pytest.raises(Interrupted) as caught:
            run.result()
    assert caught.value.extra == {"by_us": False}


def test_an_old_server_without_a_jobs_api_is_cancelled_all_the_same(
    sandbox: SandboxProcess, connected: Connected
) -> None:
    server = connected(sandbox.url)
    server.client._has_jobs_api = False
    sandbox.faults(slow=5)
    result = Driven()
    with pytest.raises(Interrupted):
        driven(
            server,
            sampled(steps=100),
            stop=lambda: any(p.step for p in result.progress),
            into=result,
        )
    wait_for(lambda: sandbox.state()["queue_remaining"] == 0)


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
