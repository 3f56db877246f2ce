"""A warm parent of the product's processes: each is forked from it with everything imported.

What runs is what `python ARGUMENTS…` would run, with the same environment; only the seconds of
importing are saved, so that a process can be killed and started again a thousand times. It is
spoken to in lines of JSON; at the end of its input it kills what it started.
"""

import importlib
import json
import os
import random
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRELOADED = (
    "channels.auth",
    "channels.routing",
    "channels.security.websocket",
    "comfy_bridge.sandbox.app",
    "django.core.asgi",
    "django.core.management",
    "dramatiq.cli",
    "gunicorn.app.wsgiapp",
    "numpy.random",
    "studio.consumers",
    "studio.embedded",
    "studio.integrity",
    "studio.urls",
)
# Importing these makes an event loop, which must be a server's own: it imports them anew.
LOOPS = ("autobahn", "daphne", "twisted")
SERVERS = ("daphne", "comfy_bridge.sandbox")


class Nursery:
    """What was started and what became of it."""

    def __init__(self) -> None:
        self._codes: dict[int, int | None] = {}

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Start a command, or say the exit code of one (None while it runs)."""
        if "poll" in asked:
            self._reap()
            return {"code": self._codes[asked["poll"]]}
        pid = os.fork()
        if pid == 0:
            os._exit(_become(asked["command"], asked["env"], asked["log"]))
        self._codes[pid] = None
        return {"pid": pid}

    def end(self) -> None:
        """Kill every group that still runs."""
        self._reap()
        for pid, code in self._codes.items():
            if code is None:
                os.killpg(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while any(code is None for code in self._codes.values()):
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            self._codes[pid] = os.waitstatus_to_exitcode(status)


def _become(command: list[str], env: dict[str, str], log: str) -> int:
    """In the child: a session, an output and an environment of its own, then the program."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), number)
    sys.stdout, sys.stderr = (
        os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2)
    )
    os.environ.update(env)
    random.seed()
    fault_points = importlib.import_module("studio.lib.fault_points")
    fault_points.arm(os.environ.get("FAULT_POINTS", ""))
    if command[1] in SERVERS:
        for name in [name for name in sys.modules if name.partition(".")[0] in LOOPS]:
            del sys.modules[name]
    code = 0
    try:
        _run(command)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        if isinstance(leaving.code, str):
            sys.stderr.write(f"{leaving.code}\n")
    except BaseException:  # noqa: BLE001  as the interpreter itself does at the top
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        code = 1
    importlib.import_module("atexit")._run_exitfuncs()
    return code


def _run(command: list[str]) -> None:
    if command[0] == "-m":
        sys.argv = command[1:]
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = command
        runpy.run_path(command[0], run_name="__main__")


def main() -> None:
    """Import everything, then answer until the input ends."""
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    if relay := os.environ.get("CHAOS_FACES"):
        faces = importlib.import_module("qa.faces")
        faces.CHILD = (sys.executable, "-S", str(Path(__file__).with_name("face_relay.py")), relay)
    importlib.import_module("django").setup()
    for name in PRELOADED:
        importlib.import_module(name)
    nursery = Nursery()
    control = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    control.write("{}\n")
    for line in sys.stdin:
        control.write(json.dumps(nursery.answer(json.loads(line))) + "\n")
    nursery.end()


if __name__ == "__main__":
    main()
