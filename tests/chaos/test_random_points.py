"""Faults at random: nothing is lost, doubled or stuck. The thousand are script/chaos' affair."""

import os

import pytest

from tests.chaos.run import Run

SEED = int(os.environ.get("CHAOS_SEED", "20251"))
POINTS = 25


@pytest.mark.chaos
def test_twenty_five_points_on_each_topology_lose_and_double_nothing(studio, topology):
    print(f"script/chaos --points {POINTS} --seed {SEED} --topology {topology} is the same")
    run = Run(studio, SEED, in_flight=12, tell=print)
    outcome = run.go(POINTS, batch=POINTS)
    print(outcome.figures(run.load.ledger.answers))
    assert outcome.wrong == []
    assert outcome.points == POINTS
