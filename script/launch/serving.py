"""The product's processes on embedded defaults: its commands, its server, the ComfyUI sandbox."""

import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from script.launch.places import LOGS, PYTHON, ROOT
from script.launch.processes import HOST, Children, await_page, free_port, log_of
from script.launch.telling import LaunchError, Steps, last_lines, say

SANDBOX_PORT = 8189
START_LIMIT_S = 60.0
SAID_BY = {
    "django.core.exceptions.ImproperlyConfigured": "A setting is wrong",
    "django.db.utils.OperationalError": "The database does not answer",
    "CommandError": "It cannot start",
}
STARTED = time.monotonic()


def manage(*arguments: str, env: dict[str, str]) -> str:
    """Run a management command to its end; its output, also kept in `var/log/COMMAND.log`.

    Raises LaunchError with its last words when it fails.
    """
    log = log_of(arguments[0])
    LOGS.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [PYTHON, "manage.py", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, text=True, cwd=ROOT, env=env,
    )  # fmt: skip
    log.write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        raise LaunchError(_why(arguments[0], done.stdout, log))
    return done.stdout


def _why(command: str, told: str, log: Path) -> str:
    """The sentence inside a traceback where it has one, else the end of the log."""
    for name, meaning in SAID_BY.items():
        if found := re.search(rf"^{re.escape(name)}: (.+)$", told, re.MULTILINE):
            return f"{meaning}: {found[1]}"
    return (
        f"manage.py {command} failed. Its last words (all of them: {log.relative_to(ROOT)}):\n"
        f"{last_lines(log)}"
    )


def migrate(steps: Steps, *command: str, env: dict[str, str]) -> None:
    """One step: bring the database's tables up to this version, by this management command."""
    tag = steps.tag()
    applied = manage(*command, env=env).count("  Applying ")
    say(f"{tag} Database: " + (f"{applied} migrations applied" if applied else "up to date"))


def start_sandbox(steps: Steps, children: Children, folder: Path, env: dict[str, str]) -> str:
    """One step: start the ComfyUI sandbox; its address. It may still be starting."""
    port = free_port(SANDBOX_PORT)
    folder.mkdir(parents=True, exist_ok=True)
    command: Sequence[str | Path] = [
        PYTHON, "-m", "comfy_bridge.sandbox", "--port", str(port), "--dir", folder,
    ]  # fmt: skip
    children.start("sandbox", command, env)
    say(f"{steps.tag()} ComfyUI sandbox: process started on port {port}")
    return f"http://{HOST}:{port}"


def start_server(steps: Steps, children: Children, port: int, env: dict[str, str]) -> str:
    """One step: start the server with its workers inside; its address, once a page came."""
    command: Sequence[str | Path] = [
        PYTHON, "-m", "daphne", "-v", "0", "-b", HOST, "-p", str(port), "studio.asgi:application",
    ]  # fmt: skip
    address = f"http://{HOST}:{port}"
    children.start("server", command, env)
    await_page(f"{address}/", children, START_LIMIT_S)
    say(f"{steps.tag()} Server: first page {time.monotonic() - STARTED:.1f} s after the start")
    return address
