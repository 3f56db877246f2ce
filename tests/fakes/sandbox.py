"""Starts the ComfyUI sandbox as a real child process on a free loopback port, and ends it by id."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
END_S = 10


class SandboxProcess:
    """One sandbox. Options are those of the command line: `step_ms=20`, `preview=False`, `dir=...`,
    `checkpoints=[...]`, `version="..."`, `port=0`, `fault={"slow": 3}`."""

    def __init__(self, **options: Any) -> None:
        # Its own folder outlives a kill, so that files are there after the next start.
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._options = {"step_ms": 20, "port": 0, "dir": self._folder.name} | options
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> Self:
        """Start it (again on the same port, if it ran before) and wait until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "comfy_bridge.sandbox", *self._arguments()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http://" in line, f"The sandbox did not start: {line!r}"
        self.url = line.split()[-1]
        self._options["port"] = int(self.url.rpartition(":")[2])
        return self

    def stop(self) -> int:
        """End it as Ctrl-C or a supervisor does; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it as kill -9 or a crash does; its exit code."""
        return self._end(signal.SIGKILL)

    def faults(self, **switches: Any) -> dict[str, Any]:
        """Turn switches; `reset=True` turns all others off. All switches, as they are now."""
        answer = httpx.post(f"{self.url}/sandbox/faults", json=switches, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> dict[str, Any]:
        """Counts: posts and runs by prompt id, uploads, views, sockets, queue_remaining."""
        return httpx.get(f"{self.url}/sandbox/state", timeout=10).json()

    @property
    def ws_url(self) -> str:
        """The address of the WebSocket, without clientId."""
        return f"{self.url.replace('http', 'ws', 1)}/ws"

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._folder.cleanup()

    def _arguments(self) -> list[str]:
        arguments: list[str] = []
        for name, value in self._options.items():
            if name == "checkpoints":
                arguments += ["--checkpoint", *value]
            elif name == "fault":
                arguments += [f"--fault={one}={how}" for one, how in value.items()]
            elif name == "preview":
                arguments.append("--preview" if value else "--no-preview")
            else:
                arguments.append(f"--{name.replace('_', '-')}={value}")
        return arguments

    def _end(self, how: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        self._process = None
        process.send_signal(how)
        try:
            code = process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(END_S)
        if process.stdout:
            process.stdout.close()
        return code


@contextlib.contextmanager
def start_sandbox(**options: Any) -> Iterator[SandboxProcess]:
    """A running sandbox with `.url`, `.faults(**switches)`, `.state()`; ended when left."""
    with SandboxProcess(**options) as sandbox:
        yield sandbox
