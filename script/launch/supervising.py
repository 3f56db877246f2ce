"""Keeps processes running: starts them, starts again what died, and restarts one after the other.

Knows processes and how to ask whether they are ready; never what they are for.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from script.launch.places import ROOT
from script.launch.processes import end_with_parent, signal_group
from script.launch.telling import LaunchError, say
from studio.lib.probing import is_well

TICK_S = 0.1
READY_LIMIT_S = 90.0
SETTLED_S = 3.0
GRACE_S = 40.0
BACKOFF_S = (1.0, 30.0)
HEALTHY_S = 60.0


@dataclass(frozen=True)
class Service:
    """One process: its command, its signals, and the socket that answers when it is ready.

    One with a `renew_signal` takes on what is new by that, and is not restarted.
    """

    name: str
    command: Sequence[str]
    end_signal: signal.Signals = signal.SIGTERM
    renew_signal: signal.Signals | None = None
    answers_at: Path | None = None


@dataclass
class Running:
    """A service's process at present, and what is known of its health."""

    service: Service
    process: "subprocess.Popen[bytes]"
    started_at: float = field(default_factory=time.monotonic)
    pause_s: float = BACKOFF_S[0]
    again_at: float | None = None
    ending: bool = False

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def age_s(self) -> float:
        return time.monotonic() - self.started_at


class Supervisor:
    """The processes of one installation, from the first start until all are asked to end."""

    def __init__(self, env: Mapping[str, str], lock_fd: int) -> None:
        self._env = dict(env)
        self._lock_fd = lock_fd
        self._running: dict[str, Running] = {}
        self._task: Iterator[None] | None = None
        self._leave = False
        self._restart = False

    def ask_to_end(self, *_: object) -> None:
        """A signal handler: end everything."""
        self._leave = True

    def ask_to_restart(self, *_: object) -> None:
        """A signal handler: restart one after the other."""
        self._restart = True

    def start_all(self, services: Sequence[Service]) -> bool:
        """Start them and wait until each is ready; False when asked to end meanwhile.

        Raises LaunchError when one ends by itself or is not ready in time.
        """
        for service in services:
            self._start(service)
        for service in services:
            for _ in self._becoming_ready(service.name, strict=True):
                if self._leave:
                    return False
                time.sleep(TICK_S)
        return True

    def stay(self, renew: Callable[[], Sequence[Service]]) -> None:
        """Mend what dies and restart when asked to, until asked to end.

        `renew` is called before a restart: it brings the installation up to date and returns the
        services as they shall be.
        """
        while not self._leave:
            self._mend()
            if self._restart and self._task is None:
                self._restart = False
                self._task = self._rolling(renew)
            if self._task is not None:
                try:
                    next(self._task)
                except StopIteration:
                    self._task = None
                except LaunchError as error:
                    say(f"The restart stopped, what runs goes on: {error}")
                    self._task = None
            time.sleep(TICK_S)

    def end(self, first: Sequence[str] = ()) -> None:
        """Ask all to end: these first, then the others together; wait for each."""
        self._end_together([name for name in first if name in self._running])
        self._end_together(list(self._running))

    def _end_together(self, names: Sequence[str]) -> None:
        for name in names:
            self._ask_to_end(self._running[name])
        for name in names:
            self._await_end(self._running.pop(name))

    # --- one process ------------------------------------------------------------------------------

    def _start(self, service: Service, pause_s: float = BACKOFF_S[0]) -> None:
        process = subprocess.Popen(
            service.command, stdin=subprocess.DEVNULL, cwd=ROOT, env=self._env,
            start_new_session=True, pass_fds=[self._lock_fd],
            preexec_fn=end_with_parent(),  # noqa: PLW1509 (the launcher has no threads)
        )  # fmt: skip
        self._running[service.name] = Running(service, process, pause_s=pause_s)

    def _ask_to_end(self, running: Running) -> None:
        running.ending = True
        if not running.has_ended():
            running.process.send_signal(running.service.end_signal)

    def _await_end(self, running: Running) -> None:
        try:
            running.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            say(f"{running.service.name} did not end within {GRACE_S:.0f} s and is killed.")
        signal_group(running.process.pid, signal.SIGKILL)
        running.process.wait()

    def _mend(self) -> None:
        """Start again what ended by itself, after a pause that grows while it keeps dying."""
        for name, running in list(self._running.items()):
            if running.ending or not running.has_ended():
                continue
            if running.again_at is None:
                signal_group(running.process.pid, signal.SIGKILL)  # what it started goes with it
                healthy = running.age_s() > HEALTHY_S
                running.pause_s = BACKOFF_S[0] if healthy else running.pause_s
                running.again_at = time.monotonic() + running.pause_s
                say(
                    f"{name} ended by itself ({_how(running.process.returncode)}); it is started "
                    f"again in {running.pause_s:.0f} s."
                )
            elif time.monotonic() >= running.again_at:
                self._start(running.service, min(running.pause_s * 2, BACKOFF_S[1]))

    def _becoming_ready(self, name: str, *, strict: bool) -> Iterator[None]:
        """Yield until it is ready; `strict`: its end is an error, else it is started again."""
        until = time.monotonic() + READY_LIMIT_S
        while not self._is_ready(running := self._running[name]):
            if strict and running.has_ended():
                how = _how(running.process.returncode)
                raise LaunchError(f"{name} ended at its start ({how}); its words stand above.")
            if time.monotonic() > until:
                raise LaunchError(f"{name} was not ready within {READY_LIMIT_S:.0f} s.")
            yield

    def _is_ready(self, running: Running) -> bool:
        if running.has_ended():
            return False
        if running.service.answers_at is None:
            return running.age_s() > SETTLED_S
        return is_well(running.service.answers_at, self._env["SITE_URL"])

    # --- all of them, one after the other ---------------------------------------------------------

    def _rolling(self, renew: Callable[[], Sequence[Service]]) -> Iterator[None]:
        say("Restarting one after the other.")
        services = renew()
        for service in services:
            old = self._running.get(service.name)
            if old and service.renew_signal:
                old.process.send_signal(service.renew_signal)
                continue
            if old:
                self._ask_to_end(old)
                began = time.monotonic()
                while not old.has_ended() and time.monotonic() - began < GRACE_S:
                    yield
                self._await_end(old)
            self._start(service)
            yield from self._becoming_ready(service.name, strict=False)
            say(f"{service.name} was restarted.")
        say("All were restarted.")


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
