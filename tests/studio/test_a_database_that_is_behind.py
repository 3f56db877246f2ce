"""A command on a database without its tables ends with a sentence, not with a traceback."""

import subprocess
import sys

from script.launch.places import ROOT


def _run(tmp_path, *arguments):
    command = [sys.executable, "manage.py", *arguments]
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}",
        "VAR_DIR": str(tmp_path),
    }
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_it_says_what_to_run(tmp_path):
    done = _run(tmp_path, "models")
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr
