"""What a file says of its structure, read without a decoder: pure functions over bytes."""

from studio.lib.containers import jpeg, png, webp
from studio.lib.containers.scan import Damaged, Scan

READERS = {"png": png, "jpeg": jpeg, "webp": webp}


def sniff(data: bytes) -> str | None:
    """`png`, `jpeg` or `webp` by the first bytes; None for anything else."""
    if data.startswith(png.SIGNATURE):
        return "png"
    if data.startswith(jpeg.START):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return None


def scan(data: bytes, kind: str) -> Scan:
    """Walk the container; raises Damaged when it does not hold together."""
    return READERS[kind].scan(data)


def strip(data: bytes, kind: str) -> bytes:
    """A copy with the image data's own segments only: no metadata rides along."""
    return READERS[kind].strip(data)


__all__ = ["Damaged", "Scan", "scan", "sniff", "strip"]
