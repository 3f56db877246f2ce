"""`script/screenshots`: the product on data of its own, and pictures of its pages."""

import argparse
import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from script.launch.demo import OWN_SETTINGS
from script.launch.places import PYTHON, ROOT, VAR
from script.launch.processes import HOST, Children, free_port, sole_launcher
from script.launch.serving import migrate, start_sandbox, start_server
from script.launch.setup import child_environment, prepare
from script.launch.telling import LaunchError, Steps, say

FOLDER = VAR / "screenshots"
PASSWORDS = FOLDER / "passwords.json"
PICTURES = ROOT / "docs" / "screenshots"
CHROMIUM = Path("/usr/bin/chromium")
PORT = 8300


def main(arguments: list[str]) -> int:
    """Set up, serve on a fresh folder, take the pictures, end; its exit code."""
    asked = _parser().parse_args(arguments)
    if not asked.chromium.is_file():
        raise LaunchError(f"There is no {asked.chromium}. On Debian: apt-get install chromium.")
    steps = Steps(6)
    with ExitStack() as stack:
        lock_fd = stack.enter_context(sole_launcher("screenshots"))
        prepare(steps, dev=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        port = free_port(PORT)
        env = _environment(port)
        children = stack.enter_context(Children(lock_fd))
        sandbox = start_sandbox(steps, children, FOLDER / "sandbox", env)
        env["COMFYUI_URLS"] = sandbox
        migrate(steps, "prepare_demo", str(PASSWORDS), env=env)
        address = start_server(steps, children, port, env)
        say(f"{steps.tag()} Pictures into {asked.into}")
        command: list[str | Path] = [PYTHON, "-m", "script.launch.picturing", address, sandbox]
        command += [PASSWORDS, asked.into, asked.chromium, *asked.words]
        done = subprocess.run(command, check=False, cwd=ROOT, env=env)
        children.check()
    return done.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "script/screenshots",
        description=(
            "Take pictures of every page, dark and light, 360, 1024, 1920 and 3840 px wide. Git "
            "keeps those that README.md shows (named in .gitignore) and leaves out the others."
        ),
    )
    parser.add_argument("words", nargs="*", help="only pages with one of these in their names")
    parser.add_argument("--into", type=Path, default=PICTURES, help="default: docs/screenshots")
    parser.add_argument("--chromium", type=Path, default=CHROMIUM, help=f"default: {CHROMIUM}")
    return parser


def _environment(port: int) -> dict[str, str]:
    """Embedded defaults; a job that fails does so at once, for its picture."""
    env = child_environment(
        VAR_DIR=str(FOLDER),
        MODELS_DIR=os.environ.get("MODELS_DIR") or str(VAR / "models"),
        JOB_MAX_ATTEMPTS="1",
        JOB_SWEEP_S="1",
    )
    for name in OWN_SETTINGS:
        env.pop(name, None)
    env["SITE_URL"] = f"http://{HOST}:{port}"
    return env
