"""The face child: a process that answers frames on its standard input with what it sees.

It alone loads torch and dlib (dlib holds the GIL), and it ends when its parent does.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import torch

from qa import frames
from qa.errors import QAError
from qa.face_reader import Answer, Reader, failure
from qa.readings import Look


def serve(requests: BinaryIO, answers: BinaryIO, reader: Reader) -> None:
    """Answer until the other end closes. An unexpected error ends the process, on purpose."""
    while True:
        try:
            asked, block = frames.receive(requests)
        except EOFError:
            return
        looks = _looks(asked["images"], block)
        try:
            seen = reader.read(looks, asked["model"])
        except QAError as error:
            seen = [failure(error)] * len(looks)
        frames.send(answers, _header(seen), b"".join(vector for _, vector in seen))


def _looks(asked: Sequence[dict[str, Any]], block: bytes) -> list[Look]:
    looks, begin = [], 0
    for image in asked:
        end = begin + image["size"]
        looks.append(Look(block[begin:end], tuple(image["at"]) if image["at"] else None))
        begin = end
    return looks


def _header(seen: Sequence[Answer]) -> dict[str, Any]:
    return {"answers": [{**header, "size": len(vector)} for header, vector in seen]}


def main() -> None:
    """Serve on standard input and output; the arguments are MODELS_DIR and FACE_DEVICE."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not land between frames.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers, Reader(Path(sys.argv[1]), sys.argv[2]))
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
