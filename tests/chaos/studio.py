"""The product as it is deployed, small: embedded, or PostgreSQL, Redis and several processes.

Every process is forked from a warm nursery, can be killed, frozen, armed and started again.
"""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.chaos.services import Postgres, Redis, free_port
from tests.jobs.product import ASGI, ROOT, Product

PACE = {
    "JOB_LEASE_S": "2",
    "JOB_HEARTBEAT_S": "0.5",
    "JOB_SWEEP_S": "0.5",
    # Every loss here is the chaos' doing and says nothing against the job.
    "JOB_MAX_ATTEMPTS": "1000",
    "JOB_POISON_LOSSES": "1000",
    "COMFYUI_STALL_S": "5",
}
WORKER = ("-m", "dramatiq", "studio.worker", "--processes=1")
ROLES = {
    "sweeper": ("manage.py", "sweep"),
    "worker-1": (*WORKER, "--threads=4", "--queues", "comfy", "cpu", "io"),
    "worker-2": (*WORKER, "--threads=4", "--queues", "comfy", "cpu", "io"),
    "faces": (*WORKER, "--threads=1", "--queues", "gpu"),
}
MAKERS = ("creator", "dana", "eli")
MAKE_PEOPLE = """
import json, sys
from django.contrib.auth.models import Group
from people.models import User
for name in {names!r}:
    user = User.objects.create_user(name, password={password!r})
    user.groups.add(Group.objects.get(name="Creator"))
"""


class Warm:
    """A process of the nursery; what tests use of subprocess.Popen."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.pid = pid
        self._nursery = nursery

    def poll(self) -> int | None:
        return self._nursery.ask(poll=self.pid)["code"]

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The warm parent, see nursery.py."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery"],
                cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out,
                text=True, start_new_session=True,
            )  # fmt: skip
        self._log = log
        self._lock = threading.Lock()
        self._read()

    def ask(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            return self._read()

    def start(self, command: tuple[str, ...], env: dict[str, str], log: Path) -> Warm:
        return Warm(self, self.ask(command=command, env=env, log=str(log))["pid"])

    def close(self) -> None:
        """It kills what it started, and ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the nursery ended:\n{self._log.read_text()[-3000:]}"
        return json.loads(line)


class Studio(Product):
    """A running product with `servers` ComfyUI sandboxes; `redis` and `postgres` in production."""

    def __init__(self, folder: Path, *, production: bool, step_ms: int = 4, **settings: str):
        self.production = production
        self.postgres = Postgres() if production else None
        self.redis = Redis() if production else None
        self.comfy = {f"comfy-{n}": free_port() for n in range(1, 3 if production else 2)}
        self._step_ms = step_ms
        self._faces = Path(tempfile.mkdtemp(prefix="chaos-faces-"))
        addresses = ",".join(self.comfy_url(name) for name in self.comfy)
        super().__init__(folder, addresses, **PACE, **self._settings(), **settings)
        self.env["CHAOS_FACES"] = str(self._faces / "socket")
        self.roles = ("server", *ROLES) if production else ("server",)

    def _settings(self) -> dict[str, str]:
        if not (self.postgres and self.redis):
            return {}
        return {
            "DATABASE_URL": self.postgres.url_of_door,
            "REDIS_URL": self.redis.url,
            "STUDIO_WORKERS": "none",
        }

    # --- up and down ----------------------------------------------------------------------------

    def __enter__(self) -> "Studio":
        try:
            if self.postgres and self.redis:
                self.postgres.start()
                self.redis.start()
            self._face_server = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.face_server", self.env["CHAOS_FACES"],
                 str(self.folder / "models")], cwd=ROOT,
            )  # fmt: skip
            self._nursery = Nursery(self.env, self.folder / "nursery.log")
            for name in self.comfy:
                self.start_comfy(name)
            self.prepare()
            self._make_people()
            for name in self.roles:
                self.start_role(name)
            self.until(self.answers, "the first page")
            self.until(self.online, "the sandboxes to be found")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
        if hasattr(self, "_nursery"):
            self._nursery.close()
        if hasattr(self, "_face_server"):
            self._face_server.kill()
            self._face_server.wait()
        if self.postgres and self.redis:
            self.redis.stop()
            self.postgres.close()

    def _make_people(self) -> None:
        names = [name for name in MAKERS if name not in self._passwords]
        password = self._passwords["creator"]
        code = MAKE_PEOPLE.format(names=names, password=password)
        made = self.manage("shell", "-c", code)
        assert made.returncode == 0, made.stdout
        self._passwords |= dict.fromkeys(names, password)

    # --- processes ------------------------------------------------------------------------------

    def start(self, name: str, *command: str, **env: str) -> Warm:  # type: ignore[override]
        process = self._nursery.start(command, env, self.folder / f"{name}.log")
        self.running[name] = process  # type: ignore[assignment]
        return process

    def start_role(self, name: str, fault_points: str = "") -> Warm:
        """Start the process of a role, with fault points armed."""
        command = ROLES[name] if name in ROLES else self._server()
        return self.start(name, *command, FAULT_POINTS=fault_points)

    def _server(self) -> tuple[str, ...]:
        """Embedded everything, in production the pages and the API."""
        door = f"127.0.0.1:{self.port}"
        if self.production:
            return ("-m", "gunicorn", "-c", "python:studio.gunicorn_conf", "--bind", door)
        return ("-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), ASGI)

    def start_comfy(self, name: str) -> None:
        """Start a sandbox on its port, with the files of its earlier life, and wait for it."""
        self.start(
            name, "-m", "comfy_bridge.sandbox", f"--port={self.comfy[name]}", "--no-preview",
            f"--dir={self.folder / name}", f"--step-ms={self._step_ms}",
        )  # fmt: skip
        self.until(lambda: self.comfy_state(name), f"{name} to answer", every_s=0.02)

    def freeze(self, name: str) -> None:
        """Stop a process and its children in their tracks, as a paused machine does."""
        os.killpg(self.running[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.killpg(self.running[name].pid, signal.SIGCONT)

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        log = self.folder / "manage.log"
        log.unlink(missing_ok=True)
        process = self._nursery.start(("manage.py", *arguments), {}, log)
        code = process.wait(300)
        return subprocess.CompletedProcess(arguments, code, log.read_text(), "")

    def answers(self) -> bool:
        """Whether the server answers its first page."""
        try:
            return httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    # --- ComfyUI --------------------------------------------------------------------------------

    def comfy_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.comfy[name]}"

    def comfy_state(self, name: str) -> dict[str, Any] | None:
        """What a sandbox counts; None while it does not answer."""
        try:
            return httpx.get(f"{self.comfy_url(name)}/sandbox/state", timeout=5).json()
        except httpx.TransportError:
            return None

    def comfy_faults(self, name: str, **switches: Any) -> None:
        """Turn switches of a sandbox; `reset=True` turns the others off."""
        httpx.post(f"{self.comfy_url(name)}/sandbox/faults", json=switches, timeout=5)

    # --- rows -----------------------------------------------------------------------------------

    def rows(self, sql: str) -> list[tuple]:
        """What the database holds, read beside the product."""
        if self.postgres:
            with psycopg.connect(self.postgres.url) as database:
                return database.execute(sql).fetchall()
        file = self.folder / "studio.sqlite3"
        with contextlib.closing(sqlite3.connect(file, timeout=20)) as database:
            return database.execute(sql).fetchall()

    def glance(self, sql: str) -> list[tuple]:
        """As `rows`; none while the database is away."""
        try:
            return self.rows(sql)
        except (psycopg.OperationalError, sqlite3.OperationalError):
            return []
