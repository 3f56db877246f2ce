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
from collections.abc import Callable, Sequence
from typing import IO, Any

from PIL import Image

from studio.lib import framing, masking
from studio.lib.masking import Scanned, Unfit
from studio.lib.rendering import Order, render
from studio.lib.scans import png
from studio.lib.scans.structure import Rendition

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

_Made = tuple[list[Rendition], dict[str, Any]]  # the files, and what else was found out


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer one image after the other until the parent closes the pipe."""
    _limit_process()
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = None  # the scan has counted them, and `render` compares the size
    while (request := framing.receive(requests)) is not None:
        head, blobs = request
        _allow_cpu(head.pop("cpu_s"))
        framing.send(answers, *_answer(head, blobs))


def _answer(head: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Each image of `head["images"]` has two blobs, itself and its profile; more may follow."""
    pictures = []
    try:
        for place, order in enumerate(head["images"]):
            inflated_bytes = order.pop("inflated_bytes")
            image, icc = blobs[2 * place : 2 * place + 2]
            if order["format"] == "png" and not png.holds_exactly(image, inflated_bytes):
                return {"failed": "rows are missing"}, []
            pictures.append(Scanned(Order(**order), image, icc))
        rest = blobs[2 * len(pictures) :]
        files, facts = TASKS[head["task"]](pictures, rest, head["asked"])
    except Unfit as reason:
        return {"unfit": str(reason)}, []
    except MemoryError:
        return {"failed": "it needs too much memory", "over_limit": True}, []
    except BAD_IMAGE as error:
        return {"failed": f"{type(error).__name__}: {error}"[:300]}, []
    described = [
        {"name": file.name, "ext": file.ext, "width": file.width, "height": file.height}
        for file in files
    ]
    return {"files": described, "facts": facts}, [file.data for file in files]


def _render(pictures: Sequence[Scanned], blobs: Sequence[bytes], asked: dict[str, Any]) -> _Made:
    (one,) = pictures
    return render(one.order, one.image, one.icc), {}


def _read_mask(pictures: Sequence[Scanned], blobs: Sequence[bytes], asked: dict[str, Any]) -> _Made:
    file, facts = masking.read(pictures[0], asked["channel"])
    return [file], facts


def _lay_over(pictures: Sequence[Scanned], blobs: Sequence[bytes], asked: dict[str, Any]) -> _Made:
    base, made = pictures
    return [masking.laid_over(base, made, blobs[0])], {}


def _fit(pictures: Sequence[Scanned], blobs: Sequence[bytes], asked: dict[str, Any]) -> _Made:
    width, height = asked["size"]
    return masking.fitted(pictures[0], blobs[0], (width, height), in_alpha=asked["in_alpha"]), {}


TASKS: dict[str, Callable[[Sequence[Scanned], Sequence[bytes], dict[str, Any]], _Made]] = {
    "render": _render,
    "read_mask": _read_mask,
    "lay_over": _lay_over,
    "fit": _fit,
}


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
