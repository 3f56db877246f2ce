"""Child processes that end with the launcher, whatever ends it, and ports on this machine.

Knows processes and sockets; never what the children are for.
"""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from script.launch.places import LOGS, ROOT, VAR
from script.launch.telling import LaunchError, last_lines

# A proxy of the environment must not be asked for our own pages.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1
GRACE_S = 8.0


class Children:
    """The processes of one run: started in order, ended in reverse when the block is left.

    Each is the head of its own process group, so that Ctrl-C reaches only the launcher and the
    end of one takes its own children with it. They inherit `lock_fd`, which stays locked for as
    long as one of them lives.
    """

    def __init__(self, lock_fd: int) -> None:
        self._lock_fd = lock_fd
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, command: Sequence[str | Path], env: dict[str, str]) -> None:
        """Start a process whose output goes to `var/log/NAME.log`."""
        LOGS.mkdir(parents=True, exist_ok=True)
        with log_of(name).open("wb") as log:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, env=env,
                start_new_session=True, pass_fds=[self._lock_fd],
                preexec_fn=end_with_parent(),  # noqa: PLW1509 (the launcher has no threads)
            )  # fmt: skip
        self._running.append((name, process))

    def check(self) -> None:
        """Raise LaunchError with the end of its log when one of them has ended by itself."""
        for name, process in self._running:
            if process.poll() is not None:
                raise LaunchError(
                    f"The {name} ended by itself (exit code {process.returncode}). Its last words "
                    f"(all of them: {log_of(name).relative_to(ROOT)}):\n{last_lines(log_of(name))}"
                )

    def wait(self) -> None:
        """Until Ctrl-C, which is the usual end; LaunchError when a child ends by itself."""
        try:
            while True:
                self.check()
                time.sleep(0.5)
        except KeyboardInterrupt:
            return

    def end(self) -> None:
        """Ask each group to end, the youngest first; after 8 s it is killed."""
        while self._running:
            _name, process = self._running.pop()
            signal_group(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_S)
            signal_group(process.pid, signal.SIGKILL)
            process.wait()

    def __enter__(self) -> "Children":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        # A second Ctrl-C must not leave children behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.end()


def log_of(name: str) -> Path:
    """Where a child's output lies."""
    return LOGS / f"{name}.log"


def signal_group(group: int, number: signal.Signals) -> None:
    """Signal a process and what it started; a group that is gone is fine."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def end_with_parent() -> Callable[[], None] | None:
    """What a child calls before it becomes its program: on Linux it asks to be ended with us."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


class AlreadyRuns(LaunchError):
    """Such a launcher runs already; `pid` is its process, 0 when it has not said so yet."""

    def __init__(self, verb: str, told: str) -> None:
        self.pid = int(told) if told.isdigit() else 0
        who = f"process {self.pid}" if self.pid else "another process"
        super().__init__(f"script/{verb} already runs from this folder ({who}). End it first.")


@contextmanager
def sole_launcher(verb: str, folder: Path = VAR) -> Iterator[int]:
    """Hold the lock of this verb (`FOLDER/VERB.lock`); the block gets its fd.

    Raises LaunchError when such a launcher, or a child that outlived one, still runs here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{verb}.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRuns(verb, lock.read()) from None
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), str(os.getpid()).encode())
        yield lock.fileno()


def port_number(text: str) -> int:
    """A port as an argument; argparse prints the sentence of what is none."""
    port = int(text) if text.isdecimal() else 0
    if not 1 <= port <= 65535:
        raise ArgumentTypeError(f"{text} is not a port; a port is a number from 1 to 65535.")
    return port


def require_free_port(port: int) -> None:
    """Raise LaunchError when nothing may listen on this port of 127.0.0.1."""
    try:
        _listen(port)
    except PermissionError:
        raise LaunchError(f"Port {port} is for the administrator alone. Use --port 8001.") from None
    except OSError:
        raise LaunchError(
            f"Port {port} is in use by another program. End it, or use another port: "
            f"--port {free_port(port + 1)}."
        ) from None


def free_port(wanted: int) -> int:
    """This port, or the next one that is free."""
    for port in range(wanted, min(wanted + 200, 65536)):
        try:
            _listen(port)
        except OSError:
            continue
        return port
    raise LaunchError(f"No free port was found from {wanted} on.")


def _listen(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def await_page(url: str, children: Children, limit_s: float) -> None:
    """Return when this address answers with a page.

    Raises LaunchError when a child ends first, or after `limit_s`.
    """
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        children.check()
        try:
            with DIRECT.open(url, timeout=limit_s):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
            raise LaunchError(
                f"{url} answers {error.code}. The end of the log:\n{last_lines(log_of('server'))}"
            ) from None
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise LaunchError(f"{url} did not answer within {limit_s:.0f} s; see {LOGS.relative_to(ROOT)}.")
