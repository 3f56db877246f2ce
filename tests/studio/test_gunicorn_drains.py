"""gunicorn that is told to end answers what it has begun, and who waits at its socket already."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUEST = b"GET / HTTP/1.1\r\nHost: studio\r\nConnection: close\r\n\r\n"


@pytest.fixture
def gunicorn(tmp_path):
    """A gunicorn with our settings and a slow application; its process and its socket."""
    path = tmp_path / "web.sock"
    command = ["-m", "gunicorn", "-c", "python:studio.gunicorn_conf", "--bind", f"unix:{path}"]
    process = subprocess.Popen(
        [sys.executable, *command, "tests.fakes.slow_app:application"],
        cwd=ROOT,
        env=os.environ | {"WEB_PROCESSES": "1", "WEB_THREADS": "4"},
    )
    until = time.monotonic() + 90
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    yield process, path
    if process.poll() is None:
        process.kill()
    process.wait(20)


def ask(path):
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(30)
    link.connect(str(path))
    link.sendall(REQUEST)
    return link


def answer(link):
    with link:
        return b"".join(iter(lambda: link.recv(4096), b""))


def test_requests_in_hand_and_at_the_door_are_all_answered(gunicorn):
    process, path = gunicorn
    assert answer(ask(path)).endswith(b"done")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    (worker,) = map(int, children)
    in_hand = [ask(path) for _ in range(4)]
    os.kill(worker, signal.SIGSTOP)
    at_the_door = [ask(path) for _ in range(12)]
    process.terminate()
    os.kill(worker, signal.SIGCONT)
    answers = [answer(link) for link in (*in_hand, *at_the_door)]
    assert [text[-4:] for text in answers] == [b"done"] * 16
    assert process.wait(30) == 0
    assert not path.exists()
