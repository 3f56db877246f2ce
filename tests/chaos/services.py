"""A PostgreSQL cluster and a Redis of our own, on free ports: to be stopped, flushed and killed.

Never touches a server that somebody else started.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import redis

from tests.chaos.lossy_door import LossyDoor

START_S = 30
POSTGRES_S = 300  # an immediate stop on a busy disk took a minute
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def missing() -> str:
    """Why no private PostgreSQL and Redis can be started here; empty when they can."""
    if not shutil.which("redis-server"):
        return "there is no redis-server on this machine"
    if not _postgres("initdb"):
        return "there is no PostgreSQL server (initdb, pg_ctl) on this machine"
    if os.geteuid() == 0 and not shutil.which("runuser"):
        return "PostgreSQL does not run as root, and there is no runuser"
    return ""


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A cluster of its own with one empty database, `studio`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/studio"
        self.door = LossyDoor(self.port)
        # Not pytest's folder: the user postgres may not enter that.
        self._folder = Path(tempfile.mkdtemp(prefix="chaos-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")

    def start(self) -> None:
        """Make the cluster, start it, make the database."""
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-N")
        with (self._folder / "data" / "postgresql.conf").open("a") as config:
            config.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\n"
                f"unix_socket_directories = '{self._folder}'\n"
                "fsync = off\nmax_connections = 100\n"
            )
        self._control("start")
        with psycopg.connect(self.url.replace("/studio", "/postgres"), autocommit=True) as server:
            server.execute("CREATE DATABASE studio")

    def restart(self, mode: str) -> None:
        """`fast` rolls back what runs; `immediate` is a crash with recovery."""
        self._control("restart", "-m", mode)

    def close(self) -> None:
        """Stop it and delete it."""
        self.door.close()
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url_of_door(self) -> str:
        """The database for processes that may lose an answer."""
        return self.url.replace(f":{self.port}/", f":{self.door.port}/")

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _control(self, *arguments: str) -> None:
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-t", str(POSTGRES_S), "-l", log, *arguments)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [_postgres(program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # A file, not a pipe: the server inherits it and would keep a pipe open.
        with (self._folder / "commands").open("a+") as told:
            done = subprocess.run(command, cwd=self._folder, stdout=told, stderr=told)
            told.seek(0)
            assert not check or done.returncode == 0, told.read()


class Redis:
    """A server that keeps nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        self._process = subprocess.Popen(
            [*command, "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < deadline, "the private Redis did not start"
            time.sleep(0.02)

    def flush(self) -> None:
        """Forget everything: queues, wake-ups, subscriptions' groups."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        """As kill -9."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _postgres(program: str) -> str:
    found = [str(folder / program) for folder in BINARIES if (folder / program).exists()]
    return found[0] if found else shutil.which(program) or ""
