"""`manage.py check --deploy` is clean under production's settings, and says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "TRUSTED_PROXY", "STUDIO_WORKERS")
PRODUCTION = {
    "DATABASE_URL": "postgres://studio:secret@127.0.0.1:5432/studio",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SITE_URL": "https://studio.example.org",
    "TRUSTED_PROXY": "yes",
}


@pytest.fixture
def check(tmp_path):
    """`check(NAME=…)` runs it under production's settings with these changes; None takes away."""

    def run(**changes):
        kept = {name: value for name, value in os.environ.items() if name not in OWN}
        chosen = {k: v for k, v in (PRODUCTION | changes).items() if v is not None}
        return subprocess.run(
            [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"],
            cwd=ROOT,
            env=kept | chosen | {"VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )

    return run


def test_productions_settings_leave_nothing_to_say(check):
    done = check()
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DATABASE_URL": None}, "The database is SQLite"),
        ({"REDIS_URL": None, "STUDIO_WORKERS": "none"}, "REDIS_URL is not set"),
        ({"TRUSTED_PROXY": None}, "say TRUSTED_PROXY=yes once it sets X-Forwarded-Proto"),
        ({"MEDIA_ACCEL_PREFIX": "_media"}, "MEDIA_ACCEL_PREFIX is one folder between slashes"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(check, changes, said):
    done = check(**changes)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_device_that_there_is_not_stops_the_start_with_the_choices(check):
    done = check(FACE_DEVICE="tpu")
    assert done.returncode != 0
    assert "FACE_DEVICE is 'tpu': say one of auto, cpu, cuda." in done.stderr
