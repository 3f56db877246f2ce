"""script/production says in a sentence what it needs, before it installs or starts anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = "postgres://postgres@127.0.0.1:1/none"
REDIS = "redis://127.0.0.1:1/0"


def production(tmp_path, *arguments, **settings):
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [ROOT / "script" / "production", *arguments],
        env=env | {"PYTHON": sys.executable, "VAR_DIR": str(tmp_path)} | settings,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"REDIS_URL": REDIS}, "DATABASE_URL is not set. Production runs on PostgreSQL and Redis"),
        ({"DATABASE_URL": POSTGRES}, "REDIS_URL is not set. Production runs on PostgreSQL"),
        (
            {"DATABASE_URL": "sqlite:///x.sqlite3", "REDIS_URL": REDIS},
            "DATABASE_URL names SQLite, which serves one process only",
        ),
    ],
)
def test_what_it_needs(tmp_path, given, said):
    done = production(tmp_path, **given)
    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_there_is_nothing_to_restart_where_none_runs(tmp_path):
    done = production(tmp_path, "restart")
    assert done.returncode == 1
    assert "script/production does not run here" in done.stdout
