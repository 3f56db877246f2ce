"""Redis forgets, PostgreSQL crashes, the answer to a COMMIT is lost: the rows stay the truth."""

import pytest

from tests.chaos import services
from tests.chaos.faults import plan
from tests.chaos.load import Load
from tests.chaos.run import Run
from tests.chaos.studio import Studio

SEED = 7
POINTS = 12


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    if reason := services.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("studio")
    with Studio(folder, production=True) as studio, Load(studio, SEED, in_flight=8) as load:
        yield Run(load, tell=print)


@pytest.mark.chaos
@pytest.mark.parametrize(
    "kind", ["redis_flush", "redis_restart", "postgres_restart", "commit_lost"]
)
def test_nothing_is_lost_doubled_or_stuck(run, kind):
    outcome = run.go(plan(SEED, POINTS, production=True, only=[kind]), batch=POINTS)
    assert outcome.wrong == []
    assert outcome.kinds[kind] == POINTS


@pytest.mark.chaos
def test_answers_to_commits_were_really_lost(run):
    assert run.studio.postgres.door.lost >= POINTS
