"""`script/lint`: style, format, types and templates. Reports, changes nothing."""

import subprocess
from collections.abc import Sequence

from script.launch.places import ROOT, VENV
from script.launch.setup import child_environment, prepare
from script.launch.telling import Steps, say

CHECKS: dict[str, Sequence[str]] = {
    "style": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy", "."),
    "types of the launchers": ("mypy", "--strict", "--config-file=", "-p", "script.launch"),
    "templates": ("djlint", "templates", "--lint", "--quiet"),
}


def main(arguments: list[str]) -> int:
    """Run every check, also after one that failed; 1 when any did."""
    if arguments:
        say("script/lint takes no arguments.")
        return 2
    prepare(Steps(2), dev=True)
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    say()
    say(f"Failed: {', '.join(failed)}" if failed else f"All {len(CHECKS)} checks passed.")
    return 1 if failed else 0


def _passes(name: str, command: Sequence[str]) -> bool:
    say(f"--- {name}: {' '.join(command)}")
    program = VENV / "bin" / command[0]
    done = subprocess.run([program, *command[1:]], check=False, cwd=ROOT, env=child_environment())
    return done.returncode == 0
