"""Every area of `script/bench` runs through and prints its table; what it found is not judged."""

import os
import shutil
import subprocess

import pytest

from tests.bench.__main__ import AREAS
from tests.bench.rows import HEAD
from tests.bench.servers import ROOT


@pytest.fixture
def redis_server():
    if shutil.which("redis-server") is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is missing, and CI is set")
        pytest.skip("redis-server is missing")


@pytest.mark.parametrize("area", AREAS)
def test_an_area_prints_its_table(area, redis_server):
    command = [ROOT / "script" / "bench", area, "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert tuple(cells[0]) == HEAD
    rows = cells[2:]
    assert rows
    assert all(row[0] and row[1] for row in rows), "each says what it is, and what was measured"
