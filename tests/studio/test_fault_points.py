"""Fault points do nothing unless they are armed, and are armed on this machine's loopback only."""

import ast
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.lib import fault_points
from studio.lib.fault_points import POINTS, arm, fault_point

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def disarmed():
    yield
    arm("")


def test_nothing_happens_at_a_point_that_is_not_armed():
    arm("collecting.stored:disk_full")
    fault_point("collecting.vetted")


def test_an_armed_point_strikes_once_at_the_passing_that_was_named():
    arm("collecting.stored:disk_full:3")
    fault_point("collecting.stored")
    fault_point("collecting.stored")
    with pytest.raises(OSError, match="No space left") as raised:
        fault_point("collecting.stored")
    assert raised.value.errno == errno.ENOSPC
    fault_point("collecting.stored")


def test_arming_again_forgets_what_was_armed():
    arm("collecting.stored:disk_full")
    arm("")
    fault_point("collecting.stored")


@pytest.mark.parametrize(
    "text", ["nowhere:kill", "collecting.stored", "collecting.stored:sing", "waking.due:kill:0"]
)
def test_what_does_not_exist_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"fault point|passing"):
        arm(text)


def _named_in_code():
    for top in ("studio", "jobs", "qa", "comfy_bridge", "characters", "variants", "people"):
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "fault_point":
                    yield node.args[0].value


def test_the_list_of_points_is_what_the_code_passes_and_each_stands_at_one_line():
    assert sorted(_named_in_code()) == sorted(POINTS)


def start(tmp_path, **settings):
    env = {**os.environ, "VAR_DIR": str(tmp_path), **settings}
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_a_studio_that_others_reach_does_not_start_with_armed_points(tmp_path):
    done = start(
        tmp_path, SITE_URL="http://studio.example.org", FAULT_POINTS="collecting.stored:kill"
    )
    assert done.returncode != 0
    assert "FAULT_POINTS is for tests" in done.stderr


def test_a_misspelt_point_stops_the_start(tmp_path):
    done = start(tmp_path, FAULT_POINTS="collecting.stord:kill")
    assert done.returncode != 0
    assert "There is no fault point 'collecting.stord'" in done.stderr


def test_kill_ends_the_process_as_kill_minus_nine_does():
    code = (
        "from studio.lib.fault_points import arm, fault_point\n"
        "arm('waking.due:kill'); fault_point('waking.due')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True)
    assert done.returncode == -9


def test_every_action_is_documented():
    text = (ROOT / "docs" / "chaos.md").read_text()
    assert [name for name in fault_points.ACTIONS if f"`{name}`" not in text] == []
