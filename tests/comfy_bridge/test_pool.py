"""Servers are registered, and chosen by what they have and how busy they are."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from comfy_bridge import pool
from comfy_bridge.errors import AddressRefused, MissingModel
from comfy_bridge.models import (
    ComfyServer,
    ServerStatus,
    Submission,
    SubmissionStatus,
    Workflow,
    WorkflowVersion,
)

pytestmark = pytest.mark.django_db
EARLIER, LATER = (timezone.now() + timedelta(hours=hours) for hours in (-1, 1))
CHECKPOINTS = "CheckpointLoaderSimple.ckpt_name"


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


def chosen(version: WorkflowVersion, values: Any = None) -> ComfyServer | None:
    with transaction.atomic():
        return pool.choose(pool.needs_of(version, values), pool.locked())


def absence(version: WorkflowVersion, values: Any = None) -> list[str]:
    return pool.absence(pool.needs_of(version, values), ComfyServer.objects.with_open())


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


def test_the_server_with_the_most_room_is_chosen(modelfree: WorkflowVersion) -> None:
    one, two = server("one", modelfree), server("two", modelfree, slots=2)
    submitted(one)
    submitted(two)
    assert chosen(modelfree) == two
    submitted(two)
    submitted(two)
    assert chosen(modelfree) == one


def test_a_full_server_takes_nothing_and_ended_prompts_do_not_count(
    modelfree: WorkflowVersion,
) -> None:
    one = server("one", modelfree)
    for status in (SubmissionStatus.ENDED, SubmissionStatus.LOST, SubmissionStatus.CANCELLED):
        submitted(one, status)
    submitted(one, SubmissionStatus.PREPARED)
    assert chosen(modelfree) == one
    submitted(one)
    assert chosen(modelfree) is None
    assert absence(modelfree) == []


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"paused": True}, "other is paused."),
        ({"status_id": ServerStatus.OFFLINE, "last_error": "Gone."}, "other is offline. Gone."),
        ({"status_id": ServerStatus.UNKNOWN}, "other has not answered yet."),
        ({"retry_at": LATER, "last_error": "It hung."}, "other rests after failures. It hung."),
    ],
)
def test_who_may_not_be_given_work_is_passed_over_and_says_why(
    modelfree: WorkflowVersion, fields: dict[str, Any], why: str
) -> None:
    server("other", modelfree, **fields)
    assert chosen(modelfree) is None
    assert absence(modelfree) == [why]
    good = server("good", modelfree)
    assert chosen(modelfree) == good
    assert absence(modelfree) == []


def test_a_server_that_is_tried_again_takes_one_prompt_in_all(modelfree: WorkflowVersion) -> None:
    one = server("one", modelfree, slots=4, failures=3, retry_at=EARLIER)
    assert chosen(modelfree) == one
    submitted(one)
    assert chosen(modelfree) is None


def test_without_any_server_it_says_so(modelfree: WorkflowVersion) -> None:
    assert absence(modelfree) == ["No ComfyUI server is registered. An admin can add one."]
    assert pool.missing(modelfree) == [], "it may come yet"


def test_what_a_server_has_that_is_away_is_not_missing(
    modelfree: WorkflowVersion, sampled: WorkflowVersion
) -> None:
    server("plain", modelfree)
    server("away", sampled, "a.safetensors", status_id=ServerStatus.OFFLINE, last_error="Gone.")
    assert pool.missing(sampled) == []
    assert "away is offline. Gone." in absence(sampled)
    assert "plain: The server has no node KSampler." in absence(sampled)


def test_missing_nodes_and_models_are_named_per_server(
    modelfree: WorkflowVersion, sampled: WorkflowVersion
) -> None:
    server("plain", modelfree)
    sentences = pool.missing(sampled)
    assert "plain: The server has no node KSampler." in sentences
    assert chosen(sampled) is None


def test_a_named_checkpoint_decides_which_server_can(sampled: WorkflowVersion) -> None:
    one = server("one", sampled, "a.safetensors")
    two = server("two", sampled, "a.safetensors", "b.safetensors")
    assert chosen(sampled) == one
    assert chosen(sampled, {"checkpoint": "b.safetensors"}) == two
    assert chosen(sampled, {"checkpoint": "c.safetensors"}) is None
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
