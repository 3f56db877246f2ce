"""Reading faces in the one face child of this process. Never loads torch or dlib.

Threads that ask while the child is at work are answered together by its next answer: the more wait,
the more images go through each forward pass, and nobody waits for company.
"""

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from qa import errors, frames
from qa.readings import Face, FaceReading, Look, Point

ROOT = Path(__file__).resolve().parent.parent
ANSWER_WITHIN_S = 180.0  # the first answer loads the models; a busy machine may need a minute
END_WITHIN_S = 2.0
AT_ONCE = 32  # images in one question
CHILD = (sys.executable, "-m", "qa.face_child")
EXPECTED = {
    kind.__name__: kind
    for kind in (errors.FaceModelMissing, errors.UnknownFaceModel, errors.UnreadableImage)
}

Outcome = FaceReading | errors.QAError


class Asked:
    """One image that a thread asks about, and what came of it."""

    def __init__(self, look: Look, model: str) -> None:
        self.look = look
        self.model = model
        self.outcome: Outcome | None = None


class FaceChild:
    """One child process that reads faces: started at the first question, again after a death."""

    def __init__(
        self, models_dir: Path, device: str = "auto", answer_within_s: float = ANSWER_WITHIN_S
    ) -> None:
        self.models_dir = models_dir
        self.device = device
        self._answer_within_s = answer_within_s
        self._lock = threading.Lock()  # held by whoever talks to the child
        self._asked: list[Asked] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._killed: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    @property
    def pid(self) -> int | None:
        """The process id of the child, or None before the first question."""
        return self._process.pid if self._process else None

    def read(self, image: bytes, model: str, at: Point | None = None) -> FaceReading:
        """Read one image and wait.

        Raises FaceModelMissing, UnknownFaceModel, UnreadableImage, and FaceChildDied when the
        child ends over this image or does not answer in time.
        """
        outcome = self.read_many([Look(image, at)], model)[0]
        if isinstance(outcome, errors.QAError):
            raise outcome
        return outcome

    def read_many(self, looks: Sequence[Look], model: str) -> list[Outcome]:
        """Read images and wait: for each, in their order, a reading or what `read` would raise."""
        mine = [Asked(look, model) for look in looks]
        self._asked.extend(mine)
        try:
            with self._lock:
                # Whoever held the lock before may have asked for these too.
                while any(one.outcome is None for one in mine):
                    self._answer(self._next())
        finally:
            for one in mine:
                self._asked.remove(one)
        return [one.outcome for one in mine if one.outcome is not None]

    def close(self) -> None:
        """End the child: gently when it is idle, at once when it is at work."""
        if self._lock.acquire(timeout=END_WITHIN_S):
            try:
                self._end()
            finally:
                self._lock.release()
        elif self._process is not None:
            self._kill(self._process)

    def _next(self) -> list[Asked]:
        """Those that wait longest, as far as they ask for the same model."""
        waiting = [one for one in list(self._asked) if one.outcome is None]
        return [one for one in waiting if one.model == waiting[0].model][:AT_ONCE]

    def _answer(self, batch: Sequence[Asked]) -> None:
        known = self._process
        outcomes: list[Outcome]
        try:
            outcomes = self._ask([one.look for one in batch], batch[0].model)
        except errors.FaceChildDied as died:
            # A child from before this call may have died in its sleep: that says nothing against
            # the images. One that was killed for taking too long does. Of several images one may
            # be to blame alone, so each is asked for by itself.
            if len(batch) > 1:
                for one in batch:
                    self._answer([one])
                return
            if known is not None and known is not self._killed:
                self._answer(batch)  # by a new child, which is not known: once at most
                return
            outcomes = [died]
        for one, outcome in zip(batch, outcomes, strict=True):
            one.outcome = outcome

    def _ask(self, looks: Sequence[Look], model: str) -> list[Outcome]:
        process = self._running()
        deadline = threading.Timer(self._answer_within_s, self._kill, [process])
        deadline.daemon = True
        deadline.start()
        asked = [{"size": len(look.image), "at": look.at} for look in looks]
        block = b"".join(look.image for look in looks)
        try:
            frames.send(cast("BinaryIO", process.stdin), {"model": model, "images": asked}, block)
            return _outcomes(*frames.receive(cast("BinaryIO", process.stdout)))
        except (OSError, EOFError) as error:
            self._end()
            raise errors.FaceChildDied(
                "The face reader ended while it looked at this image: try again. "
                "The server's log says why."
            ) from error
        finally:
            deadline.cancel()

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        self._killed = process
        process.kill()

    def _running(self) -> "subprocess.Popen[bytes]":
        # After a fork the pipes still belong to the parent's conversation.
        if self._owner != os.getpid():
            self._process, self._owner = None, os.getpid()
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(
                [*CHILD, str(self.models_dir), self.device],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(),
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        try:
            process.communicate(timeout=END_WITHIN_S)  # closes its input, which tells it to end
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


_children: dict[str, FaceChild] = {}  # one, under "faces", once the app is ready


def use_models(models_dir: Path, device: str) -> None:
    """Say where weights lie that come in no package, and where nets run: `auto`, `cpu` or `cuda`
    (called once, when the app is ready)."""
    close_faces()
    _children["faces"] = FaceChild(models_dir, device)


def read_faces(image: bytes, model: str, at: Point | None = None) -> FaceReading:
    """Find the faces of an image and embed the one that counts, in this process's child.

    That is the largest, or the one nearest to `at`. Blocks for about 0.1 s, at the first call some
    seconds. Raises FaceModelMissing, UnknownFaceModel, UnreadableImage, FaceChildDied (the only
    one worth trying again).
    """
    return _children["faces"].read(image, model, at)


def read_many_faces(looks: Sequence[Look], model: str) -> list[Outcome]:
    """As `read_faces`, for many images at once; for each a reading or what it would raise."""
    return _children["faces"].read_many(looks, model)


def close_faces() -> None:
    """End this process's child; the next reading starts a new one."""
    for child in _children.values():
        child.close()


atexit.register(close_faces)


def _environment() -> dict[str, str]:
    """The parent's environment, able to import this package, with one thread per library."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}


def _outcomes(header: dict[str, Any], block: bytes) -> list[Outcome]:
    outcomes: list[Outcome] = []
    begin = 0
    for answer in header["answers"]:
        end = begin + answer["size"]
        outcomes.append(_outcome(answer, block[begin:end]))
        begin = end
    return outcomes


def _outcome(answer: dict[str, Any], block: bytes) -> Outcome:
    if "error" in answer:
        return EXPECTED[answer["error"]](answer["sentence"], **answer["extra"])
    faces = tuple(
        Face(
            box=tuple(face["box"]),
            landmarks=tuple((x, y) for x, y in face["landmarks"]),
            confidence=face["confidence"],
        )
        for face in answer["faces"]
    )
    return FaceReading(
        faces=faces,
        chosen=answer["chosen"],
        vector=np.frombuffer(block, "<f4").astype(np.float32) if block else None,
        model=answer["model"],
        version=answer["version"],
        width=answer["width"],
        height=answer["height"],
        note=answer["note"],
    )
