"""Every area of `script/bench` runs through and prints its table; what it found is not judged."""

import os
import shutil
import subprocess

import pytest

from tests.bench.__main__ import AREAS
from tests.bench.rows import HEAD
from tests.bench.servers import ROOT
from tests.browser import chromium


def needs(what):
    if what and os.environ.get("CI"):
        pytest.fail(f"There is no {what}, and CI is set")
    if what:
        pytest.skip(f"There is no {what}")


@pytest.fixture
def redis_server():
    needs("" if shutil.which("redis-server") else "redis-server")


@pytest.mark.parametrize("area", AREAS)
def test_an_area_prints_its_table(area, redis_server):
    if area == "pages":
        needs(chromium.missing())
    command = [ROOT / "script" / "bench", area, "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert tuple(cells[0]) == HEAD
    rows = cells[2:]
    assert rows
    assert all(row[0] and row[1] for row in rows), "each says what it is, and what was measured"


def test_without_a_browser_the_area_of_the_pages_says_so(redis_server):
    command = [ROOT / "script" / "bench", "pages", "--quick"]
    env = os.environ | {"CHROMIUM": "/nowhere/chromium"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "in a real browser, and there is no /nowhere/chromium" in done.stderr
