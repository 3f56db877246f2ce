"""`script/bench AREA`: figures beside those of peers in the same run. Arguments go to the bench."""

import subprocess

from script.launch.places import PYTHON, ROOT
from script.launch.setup import child_environment, prepare
from script.launch.telling import Steps


def main(arguments: list[str]) -> int:
    """Set up with the peers' packages and measure; the exit code says only that it ran."""
    prepare(Steps(2), bench=True)
    command = [str(PYTHON), "-m", "tests.bench", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, env=child_environment()).returncode
