"""The decoding child's side: images from outside are opened here, one at a time, under limits.

Run by `studio.lib.decoder` as `python -m studio.lib.decoding`. Imports Pillow and the scans,
never Django and never torch; reads and writes no files.
"""

import math
import signal
import struct
import sys
import time
import warnings
import zlib
from typing import IO, Any

from PIL import Image

from studio.lib import framing
from studio.lib.rendering import Order, render
from studio.lib.scans import png

if sys.platform == "linux":
    import resource

MEMORY_BYTES = 1536 * 2**20

# What Pillow and its libraries were seen to raise on bad files. Anything else ends this process
# with a traceback in the server's log, and the parent starts a new one.
BAD_IMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer one image after the other until the parent closes the pipe."""
    _limit_process()
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = None  # the scan has counted them, and `render` compares the size
    while (request := framing.receive(requests)) is not None:
        head, (image, icc) = request
        _allow_cpu(head.pop("cpu_s"))
        framing.send(answers, *_answer(head, image, icc))


def _answer(head: dict[str, Any], image: bytes, icc: bytes) -> tuple[dict[str, Any], list[bytes]]:
    inflated_bytes = head.pop("inflated_bytes")
    try:
        if head["format"] == "png" and not png.holds_exactly(image, inflated_bytes):
            return {"failed": "rows are missing"}, []
        files = render(Order(**head), image, icc)
    except MemoryError:
        return {"failed": "it needs too much memory", "over_limit": True}, []
    except BAD_IMAGE as error:
        return {"failed": f"{type(error).__name__}: {error}"[:300]}, []
    described = [
        {"name": file.name, "ext": file.ext, "width": file.width, "height": file.height}
        for file in files
    ]
    return {"files": described}, [file.data for file in files]


def _limit_process() -> None:
    """Memory, no core dump, no file of any length. Elsewhere than on Linux only the parent's
    clock limits: macOS ignores RLIMIT_AS, Windows has none."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _allow_cpu(cpu_s: float) -> None:
    """So many seconds more than were spent; the kernel ends the process with SIGXCPU."""
    if sys.platform == "linux":
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + cpu_s), hard))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    serve(sys.stdin.buffer, sys.stdout.buffer)
