"""Whole runs against recordings of two real servers."""

from collections.abc import Callable

import pytest

from comfy_bridge.errors import ExecutionFailed, Interrupted, OutputGone
from comfy_bridge.handles import ServerHandle
from comfy_bridge.requests import Upload
from tests.comfy_bridge.driving import Driven, driven, prompt_of
from tests.fakes.replay import NEW, OLD, Replay, png, submission, transcript

BOTH = pytest.mark.parametrize("version", [NEW, OLD])
Connected = Callable[[str], ServerHandle]


@BOTH
def test_a_modelfree_run_ends_with_its_picture(version: str, connected: Connected) -> None:
    events = transcript("wf_img2img_modelfree", version)
    with Replay(events) as server:
        result = driven(connected(server.url), prompt_of(submission(events)))
        assert result.outcome is not None
        assert [file.node_id for file in result.outcome.files] == ["9"]
        assert result.outcome.files[0].filename == "img2img_00001_.png"
        assert result.outcome.files[0].data == png()
        assert result.sent == 1
        assert len(server.asked("POST", "/prompt")) == 1


@BOTH
def test_its_times_are_those_of_the_servers_clock(version: str, connected: Connected) -> None:
    events = transcript("wf_img2img_modelfree", version)
    with Replay(events) as server:
        outcome = driven(connected(server.url), prompt_of(submission(events))).outcome
        assert outcome is not None
        assert outcome.execution_ms is not None
        assert 0 < outcome.execution_ms < 60_000
        assert (outcome.queued_ms is None) == (version == OLD)
        assert not outcome.cached


@BOTH
def test_the_sampler_shows_its_steps_and_previews(version: str, connected: Connected) -> None:
    events = transcript("wf_sd15_img2img", version)
    with Replay(events, gap_s=0.02) as server:
        result = driven(connected(server.url), prompt_of(submission(events)))
    sampling = [p for p in result.progress if p.node_class == "KSampler"]
    assert {p.steps for p in sampling if p.step} == {4}
    assert [p.step for p in sampling if p.step] == sorted(p.step for p in sampling if p.step)
    previews = [p.preview for p in result.progress if p.preview]
    assert previews
    assert {preview.media_type for preview in previews} == {"image/jpeg"}
    assert max(len(preview.data) for preview in previews) < 512 * 1024
    titles = {p.node_title for p in result.progress}
    assert {"Positive", "Negative", "Result"} <= titles


@BOTH
def test_the_bar_never_goes_back(version: str, connected: Connected) -> None:
    events = transcript("wf_sd15_img2img", version)
    with Replay(events, gap_s=0.01) as server:
        result = driven(connected(server.url), prompt_of(submission(events)))
    fractions = [p.fraction for p in result.progress]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert result.phases()[-2:] == ["running", "collecting"]


@BOTH
def test_a_node_that_raises_is_named_without_a_path(version: str, connected: Connected) -> None:
    events = transcript("23_execution_error", version)
    note = "node raises (unreadable image), another output is fine"
    with Replay(events, note=note) as server:
        server_handle = connected(server.url)
        with pytest.raises(ExecutionFailed) as caught:
            driven(server_handle, prompt_of(submission(events, note)))
    assert caught.value.extra["node_class"] == "LoadImageMask"
    assert "cannot identify image file 'broken.png'" in caught.value.sentence
    assert "/srv" not in caught.value.sentence
    assert caught.value.permanent
    assert caught.value.spent


@BOTH
def test_a_stop_interrupts_the_run_by_its_own_id(version: str, connected: Connected) -> None:
    events = transcript("16_interrupt_sampling", version)
    result = Driven()

    def stop() -> bool:
        return any(p.step for p in result.progress)

    with Replay(events) as server:
        with pytest.raises(Interrupted) as caught:
            driven(connected(server.url), prompt_of(submission(events)), stop=stop, into=result)
        interrupts = server.asked("POST", "/interrupt")
        assert [r.json() for r in interrupts] == [{"prompt_id": result.prompt_id}] * len(interrupts)
        assert interrupts
    assert caught.value.extra == {"by_us": True, "confirmed": True}


@BOTH
def test_a_cached_answer_brings_the_earlier_runs_file(version: str, connected: Connected) -> None:
    events = transcript("24_caching", version)
    note = "identical: everything cached"
    with Replay(events, note=note) as server:
        outcome = driven(connected(server.url), prompt_of(submission(events, note))).outcome
    assert outcome is not None
    assert outcome.cached
    assert len(outcome.files) == 1


@BOTH
def test_a_cached_file_that_is_gone_asks_for_another_prefix(
    version: str, connected: Connected
) -> None:
    events = transcript("24_caching", version)
    note = "identical again after the output file was removed from disk"
    with Replay(events, note=note) as server, pytest.raises(OutputGone) as caught:
        driven(connected(server.url), prompt_of(submission(events, note)))
    assert not caught.value.permanent
    assert caught.value.spent


def test_inputs_go_into_a_folder_of_their_own_before_the_prompt(connected: Connected) -> None:
    events = transcript("wf_img2img_modelfree")
    upload = Upload(data=png(), name="abc123.png", subfolder="likeness-studio")
    with Replay(events) as server:
        driven(connected(server.url), prompt_of(submission(events), upload))
        posts = [r.path for r in server.requests if r.method == "POST"]
        assert posts == ["/upload/image", "/prompt"]
        body = server.asked("POST", "/upload/image")[0].body
        assert b'name="subfolder"\r\n\r\nlikeness-studio\r\n' in body
        assert png() in body


def test_no_request_carries_an_origin(connected: Connected) -> None:
    events = transcript("wf_img2img_modelfree")
    with Replay(events) as server:
        driven(connected(server.url), prompt_of(submission(events)))
        assert {r.path for r in server.requests} >= {"/ws", "/prompt", "/view"}
        assert not [r.path for r in server.requests if "origin" in r.headers]


def test_a_fresh_id_is_not_looked_up_and_another_is(connected: Connected) -> None:
    events = transcript("wf_img2img_modelfree")
    for fresh in (True, False):
        with Replay(events) as server:
            driven(connected(server.url), prompt_of(submission(events)), fresh=fresh)
            paths = [r.path for r in server.requests]
            looked = "/queue" in paths[: paths.index("/prompt")]
            assert looked is not fresh
