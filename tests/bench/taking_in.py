"""Taking a picture in as the product does, in two halves: to renditions in memory, and to files."""

import itertools
import os

from characters.receiving import files_of
from studio.lib.files import put_all
from studio.lib.pictures import Limits, Picture, vet

LIMITS = Limits(max_bytes=60 * 2**20)
_owners = itertools.count(os.getpid() * 1_000_000)


def vetted(data: bytes) -> Picture:
    """Hashed, scanned, decoded in the limited child, stripped, with its thumbnails."""
    return vet(data, "", LIMITS)


def files(picture: Picture) -> list[tuple[str, bytes]]:
    """Keys and bytes; every call names another owner, since a file that is there is kept."""
    return files_of("source", next(_owners), picture)


def store(picture: Picture) -> None:
    """Written, synced, read back, hashed."""
    put_all(files(picture))
