"""The product as real processes on data of its own, driven over HTTP; every process is ours."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "tests" / "data" / "astronaut.png"
START_S = 90
END_S = 30
WITHIN_S = 120


class Product:
    """A data folder, and the processes that work on it."""

    def __init__(self, folder: Path, comfyui: str, **settings: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in OWN},
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'studio.sqlite3'}",
            "STUDIO_WORKERS": "embedded",
            "SITE_URL": self.address,
            "COMFYUI_URLS": comfyui,
            "LOG_LEVEL": "INFO",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **settings,
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._passwords: dict[str, str] = {}
        self._tokens: dict[str, str] = {}

    # --- processes ------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Tables, and the people admin, creator and reviewer."""
        file = self.folder / "passwords.json"
        done = self.manage("prepare_demo", str(file))
        assert done.returncode == 0, done.stdout + done.stderr
        self._passwords = json.loads(file.read_text())

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command to its end."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True)

    def start(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        """Start one process of ours; its output goes to NAME.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running[name] = process
        return process

    def serve(self) -> None:
        """Start the server and wait for its first page."""
        process = self.start(
            "server", "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), ASGI
        )

        def answers() -> bool:
            assert process.poll() is None, self.log("server")
            try:
                return httpx.get(f"{self.address}/healthz", timeout=10).status_code == 200
            except httpx.TransportError:
                return False

        self.until(answers, "the first page", START_S)

    def kill(self, name: str) -> None:
        """As `kill -9` of the process and of whatever it started."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(END_S)

    def kill_alone(self, name: str) -> None:
        """As `kill -9` of the process itself; what it started is left to notice."""
        process = self.running.pop(name)
        process.kill()
        process.wait(END_S)

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code. Raises TimeoutExpired when it does not."""
        process = self.running[name]
        process.send_signal(how)
        code = process.wait(END_S)
        del self.running[name]
        return code

    def close(self) -> None:
        """Kill what still runs."""
        for name in list(self.running):
            self.kill(name)

    def rows(self, sql: str) -> list[tuple]:
        """What a SQLite database holds, also while no process of ours runs."""
        with contextlib.closing(sqlite3.connect(self.folder / "studio.sqlite3")) as database:
            return database.execute(sql).fetchall()

    def log(self, name: str) -> str:
        """What a process has said so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    # --- over HTTP ------------------------------------------------------------------------------

    def call(self, method: str, path: str, who: str = "creator", **more) -> httpx.Response:
        """One request as that person: a path below the API, or an address that it gave."""
        if who not in self._tokens:
            sign_in = {"username": who, "password": self._passwords[who]}
            answer = httpx.post(f"{self.address}/api/v1/auth/token", json=sign_in, timeout=30)
            assert answer.status_code == 200, answer.text
            self._tokens[who] = answer.json()["access"]
        url = path if path.startswith("http") else f"{self.address}/api/v1/{path}"
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        return httpx.request(method, url, headers=headers, timeout=60, **more)

    def get(self, path: str, who: str = "creator"):
        answer = self.call("GET", path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, who: str = "creator", **more):
        answer = self.call("POST", path, who, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def password(self, who: str) -> str:
        return self._passwords[who]

    def until(self, condition, what: str, within_s: float = WITHIN_S, every_s: float = 0.1):
        """Poll until `condition()` is true, and return what it gave."""
        deadline = time.monotonic() + within_s
        while not (found := condition()):
            assert time.monotonic() < deadline, f"waited {within_s} s in vain for {what}"
            time.sleep(every_s)
        return found

    # --- the way to the first variant -----------------------------------------------------------

    def approved_character(self) -> int:
        """A character with a checked and approved source; the workers must run."""
        project = self.post("projects", "admin", json={"name": "Northlight"})["id"]
        self.post(f"projects/{project}/members", "admin", json={"username": "creator"})
        wish = {"project": project, "name": "Eileen", "depicts": "fictional"}
        character = self.post("characters", json=wish)["id"]
        with PORTRAIT.open("rb") as file:
            self.post(f"characters/{character}/source-image", files={"file": file})
        self.until(self.is_idle, "the checks of the source image")
        self.post(f"characters/{character}/seed-image/approve")
        return int(character)

    def ask(self, character: int, count: int, workflow: str = "sd_img2img") -> dict:
        """Ask for candidates; the answer, with `request_id` and `variant_ids`."""
        workflows = self.get("workflows")["results"]
        number = next(row["id"] for row in workflows if row["name"] == workflow)
        wish = {"variant_type": "clothed", "workflow_id": number, "count": count, "prompt": "x"}
        return self.post(f"characters/{character}/variants/generate", json=wish)

    def jobs(self) -> list[dict]:
        """All jobs, the newest first."""
        found, path = [], "jobs?limit=100"
        while path:
            page = self.get(path)
            found += page["results"]
            path = page["next"] and f"jobs{page['next']}"
        return found

    def is_idle(self) -> bool:
        """Whether no job waits or runs."""
        return all(job["status"] not in {"queued", "running"} for job in self.jobs())

    def online(self) -> bool:
        """Whether every ComfyUI server was found well."""
        rows = self.get("comfy-servers", "admin")["results"]
        return bool(rows) and all(row["status"] == "online" for row in rows)


ASGI = "studio.asgi:application"
OWN = ("DATABASE_URL", "REDIS_URL", "MEDIA_ROOT", "STORAGE_URL", "ALLOWED_HOSTS", "DEBUG")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
