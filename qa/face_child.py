"""The face child: a process that answers frames on its standard input with what it sees.

It alone loads torch and dlib (dlib holds the GIL), and it ends when its parent does.
"""

import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import torch

from qa import embedders, frames, pixels
from qa.detection import Detector
from qa.errors import QAError


class Reader:
    """Detector and embedders, each loaded once."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir
        self._detector = Detector()
        self._embedders: dict[str, embedders.Embedder] = {}

    def read(self, image: bytes, model: str) -> tuple[dict[str, Any], bytes]:
        """The header and the vector's bytes (float32, little endian) for one image."""
        embedder = self._embedders.get(model)
        if embedder is None:
            embedder = self._embedders[model] = embedders.load(model, self._models_dir)
        upright = pixels.decode(image)
        faces = self._detector.detect(upright)
        vector = embedder.embed(upright, faces[0]) if faces else None
        header = {
            "faces": [asdict(face) for face in faces],
            "chosen": None if vector is None else 0,
            "model": embedder.name,
            "version": embedder.version,
            "width": upright.shape[1],
            "height": upright.shape[0],
        }
        return header, b"" if vector is None else vector.astype("<f4").tobytes()


def serve(requests: BinaryIO, answers: BinaryIO, models_dir: Path) -> None:
    """Answer until the other end closes. An unexpected error ends the process, on purpose."""
    reader = Reader(models_dir)
    while True:
        try:
            asked, image = frames.receive(requests)
        except EOFError:
            return
        try:
            header, block = reader.read(image, asked["model"])
        except QAError as error:
            frames.send(
                answers,
                {"error": type(error).__name__, "sentence": error.sentence, "extra": error.extra},
            )
        else:
            frames.send(answers, header, block)


def main() -> None:
    """Serve on standard input and output; MODELS_DIR is the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not land between frames.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers, Path(sys.argv[1]))
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
