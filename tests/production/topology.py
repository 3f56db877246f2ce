"""The production processes of script/production, with data, ports and prefixes of a test's own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg

from tests.jobs.product import ROOT, START_S, Product

READY = "processes are ready"
LEASE = {"JOB_LEASE_S": "4", "JOB_HEARTBEAT_S": "1", "JOB_SWEEP_S": "0.5"}


class Topology(Product):
    """One `script/production`; its output is `production.log`."""

    def run(self) -> None:
        """Start it and wait until it says that everything is ready."""
        file = self.folder / "production.log"
        before = file.read_text().count(READY) if file.exists() else 0
        with file.open("ab") as log:
            self.running["production"] = subprocess.Popen(
                [ROOT / "script" / "production", "--port", str(self.port)],
                cwd=ROOT,
                env=self.env | {"PYTHON": sys.executable},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.said(READY, before + 1)

    def said(self, words: str, times: int = 1, within_s: float = START_S) -> None:
        """Wait until the log has these words so many times."""

        def has_said() -> bool:
            assert self.running["production"].poll() is None, self.log("production")
            return self.log("production").count(words) >= times

        self.until(has_said, f"{words!r} in the log", within_s)

    def restart(self) -> None:
        """Ask for a restart, from another process as a person would."""
        done = subprocess.run(
            [ROOT / "script" / "production", "restart"],
            cwd=ROOT,
            env=self.env | {"PYTHON": sys.executable},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def processes(self, words: str) -> list[int]:
        """Process ids of this installation whose command line has these words, the oldest first."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes().decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if words in command and f"RUN_DIR={self.folder}/" in environment:
                found.append(int(entry.name))
        return sorted(found)

    def kill_first(self, words: str) -> None:
        """As `kill -9` of the first such process."""
        os.kill(self.processes(words)[0], signal.SIGKILL)

    def rows(self, sql: str) -> list[tuple]:
        """What the PostgreSQL database holds."""
        with psycopg.connect(self.env["DATABASE_URL"]) as connection:
            return connection.execute(sql).fetchall()

    def file(self, path: str, **headers: str) -> httpx.Response:
        """A file through nginx, as the creator."""
        self.get("jobs")  # signs in
        url = f"{self.address}/api/v1/{path}"
        given = {"Authorization": f"Bearer {self._tokens['creator']}", **headers}
        return httpx.get(url, headers=given, timeout=60)
