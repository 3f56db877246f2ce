"""`script/chaos`: faults under load, and proof after each batch. Arguments: script/chaos --help."""

import subprocess

from script.launch.places import PYTHON, ROOT
from script.launch.setup import child_environment, prepare
from script.launch.telling import Steps


def main(arguments: list[str]) -> int:
    """Set up with the development packages and run the chaos; its exit code."""
    prepare(Steps(2), dev=True)
    command = [str(PYTHON), "-m", "tests.chaos", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, env=child_environment()).returncode
