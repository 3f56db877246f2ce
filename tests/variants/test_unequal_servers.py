"""Servers of unequal speed get work by their speed. Their runs are played: no time passes."""

import heapq
from collections import Counter

import pytest

from comfy_bridge import pacing
from comfy_bridge.models import ComfyServer, ServerStatus
from comfy_bridge.submissions import record_end
from jobs.actors import OWNER, TIMING
from jobs.claiming import Lease, claim
from tests import make
from variants import ordering, waiting
from variants.models import ImageVariant
from variants.placing import place

COUNT = 24
SPEEDS = {"quick": 1.0, "slow": 3.0}


@pytest.fixture
def servers(db):
    return {name: register(name) for name in SPEEDS}


@pytest.fixture
def ready(creator, character):
    make.ready(creator, character)
    return character


def register(name):
    return ComfyServer.objects.create(
        name=name,
        url=f"http://127.0.0.1:1/{name}",
        status_id=ServerStatus.ONLINE,
        capabilities={"nodes": make.workflow().latest().needs["nodes"]},
    )


def saw(server, took_s):
    pacing.paces.saw(make.workflow().latest().pk, server.pk, took_s)


def take() -> Lease | None:
    return claim("comfy", OWNER, TIMING, waiting.when_a_server_is_free)


def put(lease):
    variant = ImageVariant.objects.select_related("submission", "request").get(job=lease.job)
    return place(lease, variant)


class Playing:
    """Both servers at work on a clock of the test's own; each runs one prompt after the other."""

    def __init__(self):
        self.now_s = 0.0
        self.ran = Counter()
        self._free_at = dict.fromkeys(SPEEDS, 0.0)
        self._ends = []

    def give(self):
        """Claim and place what may start now."""
        while lease := take():
            placed = put(lease)
            name = placed.server.name
            self._free_at[name] = max(self._free_at[name], self.now_s) + SPEEDS[name]
            heapq.heappush(self._ends, (self._free_at[name], lease.job.pk, lease, placed))

    def end_one(self):
        """Let time pass until the next prompt ends."""
        self.now_s, _, lease, placed = heapq.heappop(self._ends)
        saw(placed.server, SPEEDS[placed.server.name])
        self.ran[placed.server.name] += 1
        with lease.finish():
            record_end(placed.submission)

    def to_end(self):
        self.give()
        while self._ends:
            self.end_one()
            self.give()


def test_the_server_that_is_three_times_as_quick_gets_three_times_as_much(servers, creator, ready):
    ordering.order(creator, ready, make.wish(COUNT))
    playing = Playing()
    playing.to_end()
    assert playing.ran == {"quick": 18, "slow": 6}
    assert playing.now_s == COUNT / sum(1 / took_s for took_s in SPEEDS.values())


def test_the_last_candidate_waits_for_the_quick_server(servers, creator, ready):
    saw(servers["quick"], 1.0)
    saw(servers["slow"], 10.0)
    ordering.order(creator, ready, make.wish(3))
    first, second = take(), take()
    placed = put(first)
    assert {placed.server.name, put(second).server.name} == {"quick"}
    assert take() is None, "the slow one is free, but would take longer"
    with first.finish():
        record_end(placed.submission)
    assert put(take()).server.name == "quick"


def test_it_does_not_wait_for_a_server_that_is_paused(servers, creator, ready):
    saw(servers["quick"], 1.0)
    saw(servers["slow"], 10.0)
    ordering.order(creator, ready, make.wish(3))
    put(take())
    put(take())
    ComfyServer.objects.filter(name="quick").update(paused=True)
    assert put(take()).server.name == "slow"


def test_what_only_the_slow_server_can_do_starts_there_at_once(servers, creator, ready):
    saw(servers["quick"], 1.0)
    saw(servers["slow"], 10.0)
    ordering.order(creator, ready, make.wish(2))
    put(take())
    put(take())
    needs = make.workflow().latest().needs["nodes"]
    ComfyServer.objects.filter(name="quick").update(capabilities={"nodes": needs[1:]})
    ordering.order(creator, ready, make.wish(1))
    assert put(take()).server.name == "slow"
