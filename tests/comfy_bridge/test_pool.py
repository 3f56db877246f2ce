"""Servers are registered, checked and chosen by what they have and how busy they are."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from comfy_bridge import pool
from comfy_bridge.addresses import LOOPBACK
from comfy_bridge.errors import AddressRefused, MissingModel
from comfy_bridge.handles import close_all
from comfy_bridge.models import (
    ComfyServer,
    ServerStatus,
    Submission,
    SubmissionStatus,
    Workflow,
    WorkflowVersion,
)
from tests.fakes.sandbox import start_sandbox

pytestmark = pytest.mark.django_db
CHECKPOINTS = "CheckpointLoaderSimple.ckpt_name"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_all()


@pytest.fixture
def modelfree() -> WorkflowVersion:
    return Workflow.objects.get(name="modelfree_img2img").latest()


@pytest.fixture
def sampled() -> WorkflowVersion:
    return Workflow.objects.get(name="sd_img2img").latest()


def server(name: str, version: WorkflowVersion, *models: str, **fields: Any) -> ComfyServer:
    capabilities = {"nodes": version.needs["nodes"], "models": {CHECKPOINTS: list(models)}}
    return ComfyServer.objects.create(
        name=name,
        url=f"http://127.0.0.1/{name}",
        **{"status_id": ServerStatus.ONLINE, "capabilities": capabilities, **fields},
    )


def submitted(where: ComfyServer, status: SubmissionStatus = SubmissionStatus.SENT) -> None:
    Submission.objects.create(
        prompt_id=uuid.uuid4(), server=where, status_id=status, graph_hash="x"
    )


def test_addresses_are_registered_once() -> None:
    first = pool.register_urls(["http://127.0.0.1:8188/", "http://127.0.0.1:8189"])
    again = pool.register_urls(["http://127.0.0.1:8188"])
    assert again == first[:1]
    assert ComfyServer.objects.count() == 2
    assert first[0].status_id == ServerStatus.UNKNOWN
    with pytest.raises(AddressRefused):
        pool.register_urls(["nonsense"])


def test_a_server_that_answers_is_online_with_what_it_has(modelfree: WorkflowVersion) -> None:
    with start_sandbox(checkpoints=["a.safetensors", "b.safetensors"]) as process:
        [registered] = pool.register_urls([process.url])
        checked = pool.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.ONLINE
    assert checked.last_seen_at is not None
    assert checked.last_error == ""
    assert checked.is_sandbox
    assert checked.version
    assert checked.catalog.models[CHECKPOINTS] == ("a.safetensors", "b.safetensors")
    assert pool.choose(modelfree) == checked


def test_a_server_that_is_gone_is_offline_and_says_why(modelfree: WorkflowVersion) -> None:
    with start_sandbox() as process:
        [registered] = pool.register_urls([process.url])
        pool.check(registered, LOOPBACK)
    checked = pool.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.OFFLINE
    assert "No connection" in checked.last_error
    assert pool.choose(modelfree) is None
    [sentence] = pool.missing(modelfree)
    assert "is offline" in sentence


def test_a_server_that_is_no_comfyui_is_offline() -> None:
    with start_sandbox() as process:
        [registered] = pool.register_urls([process.url + "/nowhere"])
        checked = pool.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.OFFLINE
    assert checked.last_error


def test_a_server_outside_the_networks_is_offline_and_never_asked() -> None:
    [registered] = pool.register_urls(["http://192.0.2.7:8188"])
    checked = pool.check(registered, LOOPBACK)
    assert checked.status_id == ServerStatus.OFFLINE
    assert "outside the networks" in checked.last_error


def test_the_server_with_the_most_room_is_chosen(modelfree: WorkflowVersion) -> None:
    one, two = server("one", modelfree), server("two", modelfree, slots=2)
    submitted(one)
    submitted(two)
    assert pool.choose(modelfree) == two
    submitted(two)
    submitted(two)
    assert pool.choose(modelfree) == one


def test_a_full_server_takes_nothing_and_ended_prompts_do_not_count(
    modelfree: WorkflowVersion,
) -> None:
    one = server("one", modelfree)
    for status in (SubmissionStatus.ENDED, SubmissionStatus.LOST, SubmissionStatus.CANCELLED):
        submitted(one, status)
    submitted(one, SubmissionStatus.PREPARED)
    assert pool.choose(modelfree) == one
    submitted(one)
    assert pool.choose(modelfree) is None
    assert pool.missing(modelfree) == []


def test_paused_offline_and_excluded_servers_are_passed_over(modelfree: WorkflowVersion) -> None:
    server("paused", modelfree, paused=True)
    server("offline", modelfree, status_id=ServerStatus.OFFLINE)
    good = server("good", modelfree)
    assert pool.choose(modelfree) == good
    assert pool.choose(modelfree, servers=ComfyServer.objects.exclude(pk=good.pk)) is None


def test_without_any_server_it_says_so(modelfree: WorkflowVersion) -> None:
    assert pool.missing(modelfree) == ["No ComfyUI server is registered. An admin can add one."]


def test_missing_nodes_and_models_are_named_per_server(
    modelfree: WorkflowVersion, sampled: WorkflowVersion
) -> None:
    server("plain", modelfree)
    sentences = pool.missing(sampled)
    assert "plain: The server has no node KSampler." in sentences
    assert pool.choose(sampled) is None


def test_a_named_checkpoint_decides_which_server_can(sampled: WorkflowVersion) -> None:
    one = server("one", sampled, "a.safetensors")
    two = server("two", sampled, "a.safetensors", "b.safetensors")
    assert pool.choose(sampled) == one
    assert pool.choose(sampled, {"checkpoint": "b.safetensors"}) == two
    assert pool.choose(sampled, {"checkpoint": "c.safetensors"}) is None
    sentences = pool.missing(sampled, {"checkpoint": "c.safetensors"})
    assert len(sentences) == 2
    assert all("c.safetensors" in sentence for sentence in sentences)


def test_the_only_checkpoint_is_filled_in_and_several_are_not(sampled: WorkflowVersion) -> None:
    one = server("one", sampled, "a.safetensors")
    two = server("two", sampled, "a.safetensors", "b.safetensors")
    values = {"denoise": 0.5}
    filled = pool.with_models(sampled, one, values)
    assert filled == {"denoise": 0.5, "checkpoint": "a.safetensors"}
    with pytest.raises(MissingModel, match="name one of"):
        pool.with_models(sampled, two, values)
    named = pool.with_models(sampled, two, {"checkpoint": "b.safetensors"})
    assert named["checkpoint"] == "b.safetensors"


def test_the_modelfree_workflow_needs_no_model(modelfree: WorkflowVersion) -> None:
    one = server("one", modelfree)
    assert pool.with_models(modelfree, one, {"seed": 1}) == {"seed": 1}
