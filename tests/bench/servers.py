"""Servers of the benchmarks' own: Redis, a database, peers. All end with their block."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

ROOT = Path(__file__).resolve().parents[2]
START_S = 30.0


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_redis() -> Iterator[str]:
    """A Redis of our own without a disk; its address."""
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("The benchmarks start a Redis of their own: install redis-server (apt-get).")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with ended(subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)):
            url = f"redis://127.0.0.1:{port}/0"
            await_true(lambda: _pings(url), "Redis")
            yield url


def _pings(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url).ping())
    except redis.RedisError:
        return False


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """A new database on a PostgreSQL server, dropped afterwards; its address."""
    url = urlsplit(server)
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield url._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    """End a process with the block."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def program(module: str, *arguments: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python module as a process of its own; what it says goes to `log`."""
    command = [sys.executable, "-m", module, *arguments]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    with ended(process):
        yield process


def await_true(condition, what: str, within_s: float = START_S) -> None:
    """Return when `condition()` is true; ends the run when it does not come about."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"Waited {within_s:.0f} s in vain for {what}.")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether something takes connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
