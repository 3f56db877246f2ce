"""Messages over a pipe: a big-endian u32, so many bytes of JSON, then the blobs that it counts.

Knows nothing of what the messages say.
"""

import json
import struct
from collections.abc import Sequence
from typing import IO, Any

MAX_HEAD_BYTES = 64 * 2**10
MAX_BLOBS_BYTES = 2**30


class BrokenFrame(Exception):
    """The other side died in the middle of a message, or does not speak this protocol."""


def send(pipe: IO[bytes], head: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write one message. Raises OSError when the other side is gone."""
    text = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode()
    pipe.write(struct.pack(">I", len(text)) + text)
    pipe.writelines(blobs)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], list[bytes]] | None:
    """Read one message; None when the pipe was closed between two. Raises BrokenFrame."""
    prefix = pipe.read(4)
    if not prefix:
        return None
    (length,) = struct.unpack(">I", prefix.ljust(4, b"\xff"))
    if length > MAX_HEAD_BYTES:
        raise BrokenFrame
    try:
        head: dict[str, Any] = json.loads(_exactly(pipe, length))
        sizes = [int(size) for size in head.pop("blobs")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenFrame from error
    if min(sizes, default=0) < 0 or sum(sizes) > MAX_BLOBS_BYTES:
        raise BrokenFrame
    return head, [_exactly(pipe, size) for size in sizes]


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise BrokenFrame
    return data
