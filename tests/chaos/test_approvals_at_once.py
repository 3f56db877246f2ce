"""Approvals of different candidates at once: one hero a round, and the others are told by whom."""

import pytest

from tests.chaos.approving import WEB, approve_at_once, with_candidates
from tests.chaos.services import missing
from tests.chaos.studio import Studio

CANDIDATES = 40
ROUNDS = 3


@pytest.fixture
def studio(tmp_path):
    if reason := missing():
        pytest.skip(reason)
    with Studio(tmp_path, production=True, **WEB) as running:
        yield running


@pytest.mark.chaos
async def test_each_round_has_one_winner_and_nobody_gets_a_server_error(studio):
    character = with_candidates(studio, CANDIDATES)
    found = await approve_at_once(studio, character, ROUNDS)
    assert found.wrong == []
    assert found.told["won"] == found.rounds == ROUNDS
    checked = studio.manage("check_integrity")
    assert checked.returncode == 0, checked.stdout
