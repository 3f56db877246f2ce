"""The plain result of walking a container."""

from dataclasses import dataclass


class Damaged(Exception):
    """The container ends too early or contradicts itself; the text says where."""


@dataclass(frozen=True)
class Scan:
    """Sizes in px as stored, counts, bytes of metadata, and the offset where the image ends."""

    width: int
    height: int
    frames: int
    passes: int
    metadata_bytes: int
    end: int
    deep: bool = False
