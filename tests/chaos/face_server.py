"""The real face reader, loaded once and forked for each worker that asks: `… SOCKET MODELS_DIR`.

Loading torch and the models takes seconds, reading a face a fraction of one.
"""

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import cv2
import torch

from qa import face_child
from qa.face_reader import Reader
from qa.readings import Look

WARM = Path(__file__).resolve().parents[1] / "data" / "astronaut.png"


def main() -> None:
    """Read one picture to load everything, then serve until the process is ended."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    reader = Reader(Path(sys.argv[2]))
    reader.read([Look(WARM.read_bytes())], "dlib-resnet")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(sys.argv[1])
        door.listen(16)
        while True:
            asking, _ = door.accept()
            if os.fork() == 0:
                door.close()
                pipe = asking.makefile("rwb")
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it was killed
                    face_child.serve(pipe, pipe, reader)
                os._exit(0)
            asking.close()


if __name__ == "__main__":
    main()
