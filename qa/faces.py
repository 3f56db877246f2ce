"""Reading faces: what a process asks its face child, and the answer. Never loads torch or dlib."""

import atexit
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from qa import errors, frames

ROOT = Path(__file__).resolve().parent.parent
ANSWER_WITHIN_S = 180.0  # the first answer loads the models; a busy machine may need a minute
END_WITHIN_S = 2.0
CHILD = (sys.executable, "-m", "qa.face_child")
EXPECTED = {
    kind.__name__: kind
    for kind in (errors.FaceModelMissing, errors.UnknownFaceModel, errors.UnreadableImage)
}


@dataclass(frozen=True)
class Face:
    """One face, in pixels of the upright image; MTCNN's five landmarks as seen: left eye, right
    eye, nose, left and right corner of the mouth."""

    box: tuple[float, float, float, float]
    landmarks: tuple[tuple[float, float], ...]
    confidence: float

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def area(self) -> float:
        return self.width * (self.box[3] - self.box[1])


@dataclass(frozen=True)
class FaceReading:
    """What was seen: faces largest first, which of them was embedded, and its vector (float32, as
    the model gives it). `width` and `height` are those of the upright image."""

    faces: tuple[Face, ...]
    chosen: int | None
    vector: NDArray[np.float32] | None = field(compare=False)
    model: str
    version: str
    width: int
    height: int


class FaceChild:
    """One child process that reads faces: started at the first question, again after a death."""

    def __init__(self, models_dir: Path, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self.models_dir = models_dir
        self._answer_within_s = answer_within_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._killed: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    @property
    def pid(self) -> int | None:
        """The process id of the child, or None before the first question."""
        return self._process.pid if self._process else None

    def read(self, image: bytes, model: str) -> FaceReading:
        """Ask and wait; several threads take turns.

        Raises FaceModelMissing, UnknownFaceModel, UnreadableImage, and FaceChildDied when the
        child ends over this image or does not answer in time.
        """
        with self._lock:
            known = self._process
            try:
                header, block = self._ask(model, image)
            except errors.FaceChildDied:
                # A child from before this call may have died in its sleep: that says nothing
                # against the image. One that was killed for taking too long does.
                if known is None or known is self._killed:
                    raise
                header, block = self._ask(model, image)
        if "error" in header:
            raise EXPECTED[header["error"]](header["sentence"], **header["extra"])
        return _reading(header, block)

    def close(self) -> None:
        """End the child: gently when it is idle, at once when it is at work."""
        if self._lock.acquire(timeout=END_WITHIN_S):
            try:
                self._end()
            finally:
                self._lock.release()
        elif self._process is not None:
            self._kill(self._process)

    def _ask(self, model: str, image: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._running()
        deadline = threading.Timer(self._answer_within_s, self._kill, [process])
        deadline.daemon = True
        deadline.start()
        try:
            frames.send(cast("BinaryIO", process.stdin), {"model": model}, image)
            return frames.receive(cast("BinaryIO", process.stdout))
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
                [*CHILD, str(self.models_dir)],
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


def use_models_dir(models_dir: Path) -> None:
    """Say where weights lie that come in no package (called once, when the app is ready)."""
    close_faces()
    _children["faces"] = FaceChild(models_dir)


def read_faces(image: bytes, model: str) -> FaceReading:
    """Find the faces of an image and embed the largest, in this process's child.

    Blocks for about 0.2 s, at the first call some seconds. Raises FaceModelMissing,
    UnknownFaceModel, UnreadableImage, FaceChildDied (the only one worth trying again).
    """
    return _children["faces"].read(image, model)


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


def _reading(header: dict[str, Any], block: bytes) -> FaceReading:
    faces = tuple(
        Face(
            box=tuple(face["box"]),
            landmarks=tuple((x, y) for x, y in face["landmarks"]),
            confidence=face["confidence"],
        )
        for face in header["faces"]
    )
    vector = np.frombuffer(block, "<f4").astype(np.float32) if block else None
    return FaceReading(
        faces=faces,
        chosen=header["chosen"],
        vector=vector,
        model=header["model"],
        version=header["version"],
        width=header["width"],
        height=header["height"],
    )
