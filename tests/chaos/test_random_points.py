"""Faults at random: nothing is lost, doubled or stuck. The thousand are script/chaos' affair."""

import os

import pytest

from tests.chaos.faults import plan
from tests.chaos.load import Load
from tests.chaos.run import Run

SEED = int(os.environ.get("CHAOS_SEED", "20251"))
POINTS = 25


@pytest.mark.chaos
def test_twenty_five_points_on_each_topology_lose_and_double_nothing(studio, topology):
    print(f"script/chaos --points {POINTS} --seed {SEED} --topology {topology} is the same")
    faults = plan(SEED, POINTS, production=studio.production)
    with Load(studio, SEED, in_flight=12) as load:
        outcome = Run(load, tell=print).go(faults, batch=POINTS)
    print(outcome.figures(load.ledger.answers))
    assert outcome.wrong == []
    assert outcome.points == POINTS
