"""The parent's side of decoding: keeps one limited child, and replaces it when it was hurt.

Opens no image itself; knows nothing of what becomes of the files that come back.
"""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from studio.lib import framing
from studio.lib.scans.structure import Rendition, Structure

CPU_S = 10.0
WALL_S = 20.0
IMAGES_PER_CHILD = 200
ROOT = Path(__file__).resolve().parent.parent.parent
# The child needs to find Python and its libraries, and none of the server's secrets.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "LANG")


class DecodeFailed(Exception):
    """The decoder found the image broken, or ran out of memory; the text is for the log."""


class DecodeTimeout(Exception):
    """Decoding took longer than an honest image needs."""


class Unfit(Exception):
    """The image can be read and is not what the task needs; the text names the reason."""


@dataclass(frozen=True)
class Task:
    """What the child is asked: a task's name, scanned images, further bytes and plain values."""

    name: str
    images: Sequence[Structure]
    blobs: Sequence[bytes] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """The files that were made, and what was found out about the images."""

    files: list[Rendition]
    facts: dict[str, Any]


class Decoder:
    """One child, started at the first image; several threads take turns."""

    def __init__(self, cpu_s: float = CPU_S, wall_s: float = WALL_S) -> None:
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._used = 0

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is no child."""
        child = self._child
        return child.pid if child else None

    def decode(self, structure: Structure) -> list[Rendition]:
        """Decode one scanned image fully: the thumbnails, and `display` where pixels had to change.

        Raises DecodeFailed and DecodeTimeout.
        """
        return self.do(Task("render", [structure])).files

    def do(self, task: Task) -> Done:
        """Have the child do a task. Raises DecodeFailed, DecodeTimeout and Unfit.

        A child that somebody else killed is replaced and asked once more.
        """
        with self._turn:
            try:
                return self._ask(task)
            except _Killed:
                pass
            try:
                return self._ask(task)
            except _Killed as error:
                raise DecodeFailed("the decoder was killed twice") from error

    def close(self) -> None:
        """End the child; the next image starts another."""
        with self._turn:
            self._end()

    def _ask(self, task: Task) -> Done:
        child = self._ready()
        deadline = _Deadline(child, self._wall_s)
        try:
            answer = _exchange(child, task, self._cpu_s)
        except (OSError, framing.BrokenFrame):
            answer = None
        passed = deadline.lift()
        if passed or answer is None:
            self._end()
        if answer is None:
            raise _cause(child, timed_out=passed)
        head, blobs = answer
        self._used += 1
        if "unfit" in head:
            raise Unfit(head["unfit"])
        if "failed" in head:
            if "over_limit" in head:
                self._end()
            raise DecodeFailed(head["failed"])
        rows = zip(head["files"], blobs, strict=True)
        return Done([Rendition(**row, data=data) for row, data in rows], head["facts"])

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._used >= IMAGES_PER_CHILD or (self._child and self._child.poll() is not None):
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "studio.lib.decoding"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=ROOT,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            )
            self._used = 0
        return self._child

    def _end(self) -> None:
        child, self._child, self._used = self._child, None, 0
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                _close(pipe)


class _Killed(Exception):
    """The child was killed from outside."""


class _Deadline:
    """Kills the child when the time is up, and never after it was lifted."""

    def __init__(self, child: "subprocess.Popen[bytes]", wall_s: float) -> None:
        self._child = child
        self._guard = threading.Lock()
        self._is_lifted = self._has_passed = False
        self._timer = threading.Timer(wall_s, self._strike)
        self._timer.daemon = True
        self._timer.start()

    def lift(self) -> bool:
        """End the watch; whether the time was up."""
        with self._guard:
            self._is_lifted = True
        self._timer.cancel()
        return self._has_passed

    def _strike(self) -> None:
        with self._guard:
            if not self._is_lifted:
                self._has_passed = True
                self._child.kill()


def _exchange(
    child: "subprocess.Popen[bytes]", task: Task, cpu_s: float
) -> tuple[dict[str, Any], list[bytes]] | None:
    """Send the task and wait for the answer; None where the child died instead."""
    if child.stdin is None or child.stdout is None:
        return None
    head = {
        "task": task.name,
        "asked": dict(task.asked),
        "images": [_order(structure) for structure in task.images],
        "cpu_s": cpu_s,
    }
    blobs = [blob for structure in task.images for blob in (structure.image, structure.icc)]
    framing.send(child.stdin, head, [*blobs, *task.blobs])
    return framing.receive(child.stdout)


def _order(structure: Structure) -> dict[str, Any]:
    return {
        "format": structure.format,
        "width": structure.width,
        "height": structure.height,
        "orientation": structure.orientation,
        "is_16_bit": structure.is_16_bit,
        "is_lossless": structure.is_lossless,
        "is_one_scan": structure.is_one_scan,
        "inflated_bytes": structure.inflated_bytes,
    }


def _cause(child: "subprocess.Popen[bytes]", *, timed_out: bool) -> Exception:
    if timed_out or child.returncode == -getattr(signal, "SIGXCPU", 0):
        return DecodeTimeout()
    if child.returncode in (-getattr(signal, "SIGKILL", 0), -signal.SIGTERM):
        return _Killed()
    return DecodeFailed(f"the decoder ended with {child.returncode}")


def _close(pipe: IO[bytes]) -> None:
    """Close a pipe whose reader may be gone."""
    with contextlib.suppress(BrokenPipeError):
        pipe.close()


decoder = Decoder()
atexit.register(decoder.close)
