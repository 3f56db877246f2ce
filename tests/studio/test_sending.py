"""What the server sends at once arrives whole and in order, however slowly it is taken."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect, unix_connect

from tests.fakes.much_app import parts

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 60


@pytest.fixture(params=["tcp", "unix"])
def path(request, tmp_path):
    """A Unix socket of a real Daphne; or None, and it listens at `port`."""
    return str(tmp_path / "d.sock") if request.param == "unix" else None


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def daphne(path, port):
    door = ["-u", path] if path else ["-b", "127.0.0.1", "-p", str(port)]
    command = [sys.executable, "-m", "daphne", "-v", "0", *door, "tests.fakes.much_app:application"]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + WITHIN_S
    while not listens(path, port):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield process
    process.terminate()
    process.wait(WITHIN_S)


def listens(path, port):
    with socket.socket(socket.AF_UNIX if path else socket.AF_INET) as probe:
        return probe.connect_ex(path or ("127.0.0.1", port)) == 0


def opened(path, port):
    options = {"max_size": None, "max_queue": 1, "compression": None}
    if path:
        return unix_connect(path, "ws://daphne/", **options)
    return connect(f"ws://127.0.0.1:{port}/", **options)


def heard(path, port):
    with opened(path, port) as client:
        return list(client)


def test_a_slow_socket_gets_every_message_in_order(daphne, path, port):
    assert heard(path, port) == list(parts())


def test_a_socket_that_breaks_off_harms_no_other(daphne, path, port):
    with opened(path, port) as client:
        assert client.recv() == next(parts())
        client.socket.shutdown(socket.SHUT_RDWR)
    assert heard(path, port) == list(parts())
    assert daphne.poll() is None


def test_an_answer_arrives_whole(daphne, path, port):
    with httpx.Client(transport=httpx.HTTPTransport(uds=path)) as client:
        answer = client.get(f"http://127.0.0.1:{port}/", timeout=WITHIN_S)
    assert answer.headers["x-kind"] == "much"
    assert answer.content == b"".join(parts())
