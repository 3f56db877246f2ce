"""Every area of `script/bench` runs through and prints its table; what it found is not judged.

The crowd comes to production alone: tests/production/test_crowd.py."""

import os
import shutil
import subprocess

import pytest

from tests.bench.__main__ import AREAS
from tests.bench.rows import HEAD, cells_of
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


@pytest.mark.parametrize("area", [area for area in AREAS if area != "crowd"])
def test_an_area_prints_its_table(area, redis_server):
    if area == "pages":
        needs(chromium.missing())
    command = [ROOT / "script" / "bench", area, "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    head, *rows = cells_of(done.stdout)
    assert tuple(head) == HEAD
    assert rows
    assert all(row[0] and row[1] for row in rows), "each says what it is, and what was measured"


def test_without_a_browser_the_area_of_the_pages_says_so(redis_server):
    command = [ROOT / "script" / "bench", "pages", "--quick"]
    env = os.environ | {"CHROMIUM": "/nowhere/chromium"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "in a real browser, and there is no /nowhere/chromium" in done.stderr


def test_without_production_the_crowd_says_what_it_needs(redis_server):
    command = [ROOT / "script" / "bench", "crowd", "--quick"]
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "The crowd comes to production: DATABASE_URL=postgres://" in done.stderr
