"""Frames on a pipe between a process and its face child: a JSON header and a block of bytes."""

import json
import struct
from typing import Any, BinaryIO

LENGTHS = struct.Struct(">II")  # bytes of the header, bytes of the block


def send(stream: BinaryIO, header: dict[str, Any], block: bytes = b"") -> None:
    """Write one frame and flush. Raises OSError when the other end is gone."""
    text = json.dumps(header).encode()
    stream.write(LENGTHS.pack(len(text), len(block)) + text)
    stream.write(block)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Read one frame. Raises EOFError when the other end closed or died."""
    header_length, block_length = LENGTHS.unpack(_exactly(stream, LENGTHS.size))
    header = json.loads(_exactly(stream, header_length))
    return header, _exactly(stream, block_length)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("the pipe closed")
    return data
