"""The supervisor: what dies is started again, what cannot start is told, and all end when asked."""

import os
import signal
import sys
import threading
import time

import pytest

from script.launch.supervising import Service, Supervisor
from script.launch.telling import LaunchError

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def supervisor(tmp_path):
    with (tmp_path / "lock").open("w") as lock:
        made = Supervisor({**os.environ, "SITE_URL": ""}, lock.fileno())
        yield made
        made.end()


def pid(supervisor, name):
    return supervisor._running[name].process.pid


def test_one_that_ends_at_its_start_is_told(supervisor):
    broken = Service("broken", [sys.executable, "-c", "raise SystemExit(7)"])
    with pytest.raises(LaunchError, match=r"broken ended at its start \(exit code 7\)"):
        supervisor.start_all([broken])


def test_one_that_dies_is_started_again_and_told(supervisor, capsys):
    assert supervisor.start_all([Service("steady", SLEEPS)])
    first = pid(supervisor, "steady")
    os.kill(first, signal.SIGKILL)
    staying = threading.Thread(target=supervisor.stay, args=(list,))
    staying.start()
    until = time.monotonic() + 60
    while pid(supervisor, "steady") == first:
        assert time.monotonic() < until
        time.sleep(0.05)
    supervisor.ask_to_end()
    staying.join()
    assert "steady ended by itself (killed by SIGKILL); it is started again" in (
        capsys.readouterr().out
    )


def test_a_restart_replaces_each_and_renews_those_that_renew_themselves(supervisor, capsys):
    services = [
        Service("one", SLEEPS),
        Service("front", [*SLEEPS[:2], _RENEWS], renew_signal=signal.SIGHUP),
    ]
    assert supervisor.start_all(services)
    before = {name: pid(supervisor, name) for name in ("one", "front")}
    supervisor.ask_to_restart()
    renewed = []
    staying = threading.Thread(
        target=supervisor.stay, args=(lambda: renewed.append(1) or services,)
    )
    staying.start()
    said, until = "", time.monotonic() + 60
    while "All were restarted." not in said:
        assert time.monotonic() < until
        time.sleep(0.05)
        said += capsys.readouterr().out
    supervisor.ask_to_end()
    staying.join()
    assert renewed == [1]
    assert pid(supervisor, "one") != before["one"]
    assert pid(supervisor, "front") == before["front"]


_RENEWS = "import signal, time; signal.signal(signal.SIGHUP, lambda *_: None); time.sleep(600)"
