"""ZIP archives: written while they are sent, and read with every way out of the folder shut.

Knows names and bytes, never what they mean.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """A file of an archive that is written; `read` gives its bytes when its turn comes."""

    name: str
    read: Callable[[], bytes]


class _Sink(io.RawIOBase):
    """Takes what the archive writes and gives it away; it cannot be sought in."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_chunks(members: Iterable[Member]) -> Iterator[bytes]:
    """The archive, piece by piece, one file held at a time; pictures are not compressed again."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for member in members:
            archive.writestr(member.name, member.read())
            yield sink.taken()
    yield sink.taken()
