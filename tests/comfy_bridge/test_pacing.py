"""Servers are known by how long they take, and slow ones are spared what quick ones end sooner."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from comfy_bridge.models import Breaker, ComfyServer, ServerStatus, Submission, SubmissionStatus
from comfy_bridge.pacing import FAR, UNSEEN_S, Paces, drawn_on

pytestmark = pytest.mark.django_db
VERSION = 7


@pytest.fixture
def quick() -> ComfyServer:
    return register("quick")


@pytest.fixture
def slow() -> ComfyServer:
    return register("slow")


def register(name: str, **fields: Any) -> ComfyServer:
    return ComfyServer.objects.create(
        name=name, url=f"http://127.0.0.1/{name}", **{"status_id": ServerStatus.ONLINE, **fields}
    )


def give(server: ComfyServer, count: int, age_s: float = 0.0) -> None:
    """Open prompts, the oldest of that age."""
    for number in range(count):
        made = Submission.objects.create(
            prompt_id=uuid.uuid4(),
            server=server,
            status_id=SubmissionStatus.SENT,
            graph_hash="x",
        )
        if number == 0:
            since = timezone.now() - timedelta(seconds=age_s)
            Submission.objects.filter(pk=made.pk).update(created_at=since)


def seconds(paces: Paces, version: int = VERSION) -> dict[str, float]:
    servers = list(ComfyServer.objects.with_open())
    found = paces.seconds(version, servers)
    return {server.name: round(found[server.pk], 1) for server in servers}


def drawn(took_s: dict[str, float], queued: int) -> set[str]:
    servers = list(ComfyServer.objects.with_open())
    keys = {server.pk: took_s[server.name] for server in servers}
    return {server.name for server in servers if server.pk in drawn_on(servers, keys, queued)}


def test_while_nothing_was_seen_all_are_as_quick(quick: ComfyServer, slow: ComfyServer) -> None:
    assert seconds(Paces()) == {"quick": UNSEEN_S, "slow": UNSEEN_S}


def test_the_middle_of_the_last_runs_counts_and_each_workflow_for_itself(
    quick: ComfyServer, slow: ComfyServer
) -> None:
    paces = Paces()
    for took_s in (90.0, *[3.0] * 6, 60.0):
        paces.saw(VERSION, slow.pk, took_s)
    paces.saw(VERSION, quick.pk, 1.0)
    paces.saw(VERSION + 1, slow.pk, 0.5)
    assert seconds(paces) == {"quick": 1.0, "slow": 3.0}
    assert seconds(paces, VERSION + 1) == {"quick": 0.5, "slow": 0.5}, "unseen is as the quickest"


def test_a_server_that_is_late_counts_as_slower(quick: ComfyServer) -> None:
    paces = Paces()
    paces.saw(VERSION, quick.pk, 10.0)
    give(quick, 2, age_s=19.0)
    assert seconds(paces) == {"quick": 10.0}, "two at once for one slot: it is on time"
    give(quick, 1, age_s=100.0)
    assert seconds(paces)["quick"] == pytest.approx(50.0, abs=1.0)


def test_a_slow_server_is_left_idle_when_a_full_one_ends_all_of_it_sooner(
    quick: ComfyServer, slow: ComfyServer
) -> None:
    give(quick, 2)
    took_s = {"quick": 1.0, "slow": 10.0}
    assert drawn(took_s, 7) == {"quick"}
    assert drawn(took_s, 8) == {"quick", "slow"}, "the eighth would end there no later"
    assert drawn(took_s, FAR) == {"quick", "slow"}


def test_of_equals_the_one_with_room_comes_first(quick: ComfyServer, slow: ComfyServer) -> None:
    give(quick, 2)
    assert drawn({"quick": 1.0, "slow": 3.0}, 1) == {"slow"}


def test_who_may_not_be_given_work_is_not_waited_for(quick: ComfyServer, slow: ComfyServer) -> None:
    give(quick, 2)
    took_s = {"quick": 1.0, "slow": 10.0}
    for change in (
        {"status_id": ServerStatus.OFFLINE},
        {"paused": True},
        {"retry_at": timezone.now() - timedelta(seconds=1)},
    ):
        ComfyServer.objects.filter(pk=quick.pk).update(**change)
        assert drawn(took_s, 1) == {"slow"}, change
        ComfyServer.objects.filter(pk=quick.pk).update(
            status_id=ServerStatus.ONLINE, paused=False, retry_at=None
        )
    assert ComfyServer.objects.with_open().get(pk=quick.pk).breaker is Breaker.CLOSED
    assert drawn(took_s, 1) == {"quick"}
