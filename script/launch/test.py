"""`script/test`: every test that needs nothing but Python. Arguments go to pytest.

The whole suite runs in several processes, a file in one of them; named tests run in this order.
"""

import os
import subprocess

from script.launch.places import PYTHON, ROOT
from script.launch.setup import child_environment, prepare
from script.launch.telling import Steps, say

NEEDS_MORE = {
    "tests/browser": "headless Chromium at /usr/bin/chromium",
    "tests/live": "a real ComfyUI at COMFYUI_URLS",
    "tests/production": "PostgreSQL, Redis and nginx (DATABASE_URL, REDIS_URL)",
    "tests/chaos": "some minutes of killing processes",
    "tests/bench": "redis-server, and the packages of the benchmarks' peers",
}
MOST_PROCESSES = 8  # of about 800 MB each


def main(arguments: list[str]) -> int:
    """Set up with the development packages and run pytest; its exit code."""
    prepare(Steps(2), dev=True)
    command = [str(PYTHON), "-m", "pytest"]
    if not any(_names_tests(word) for word in arguments):
        apart = {path: why for path, why in NEEDS_MORE.items() if (ROOT / path).is_dir()}
        for path, why in apart.items():
            say(f"Not run here: {path}, which needs {why} (run: script/test {path})")
        command += [f"--ignore={path}" for path in apart]
        # One more than there are cores, since many tests wait for processes that they started.
        processes = min((os.cpu_count() or 1) + 1, MOST_PROCESSES)
        command += ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]
    command += arguments
    # SIGINT reaches pytest too, which then ends by itself.
    return subprocess.run(command, check=False, cwd=ROOT, env=child_environment()).returncode


def _names_tests(word: str) -> bool:
    return not word.startswith("-") and (ROOT / word.split("::", maxsplit=1)[0]).exists()
