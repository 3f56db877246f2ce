"""ZIP archives: written while they are sent, and read with every way out of the folder shut.

Knows names and bytes, never what they mean.
"""

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, cast

from studio.lib.errors import StudioError

MAX_FILES = 200
MAX_UNPACKED_BYTES = 500 * 2**20
MAX_DIRECTORY_BYTES = 2**20  # what an archive says of its files: 5 KB for each
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# What an archive raises, or a file of it, that lies about itself: a kind that is not known, a place
# that no file has.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    OverflowError,
)


class BadArchive(StudioError):
    """An archive that is not opened; the code says why."""

    code = "bad_archive"


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


@dataclass(frozen=True)
class Archived:
    """A file of a pack: its path as the archive says it, and the size that it claims."""

    path: str
    size_bytes: int


class Pack:
    """The files of an archive, or of a form, by path; each is read when it is asked for."""

    def __init__(self, items: list[Archived], readers: dict[str, Callable[[], bytes]]) -> None:
        self.items = items
        self._readers = readers

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises BadArchive when they are not what the archive claims."""
        return self._readers[path]()


def pack_of(files: Iterable[tuple[str, int, Callable[[], bytes]]]) -> Pack:
    """Files that came one by one: path, size, and what reads one. BadArchive when too many."""
    listed = list(files)
    if len(listed) > MAX_FILES:
        raise _too_many(len(listed))
    readers: dict[str, Callable[[], bytes]] = {}
    for path, _, read in listed:
        readers.setdefault(_plain(path), _once(read))
    return Pack([Archived(_plain(path), size) for path, size, _ in listed], readers)


def _once(read: Callable[[], bytes]) -> Callable[[], bytes]:
    """Reads an uploaded file that may have been read before."""
    kept: list[bytes] = []

    def again() -> bytes:
        if not kept:
            kept.append(read())
        return kept[0]

    return again


def _too_many(count: int | None = None) -> BadArchive:
    """Without a count where nobody counted them."""
    return BadArchive(
        f"These are {'too many' if count is None else f'{count:,}'} files; at most {MAX_FILES} are "
        "taken at once. Send them in parts, or drop the folder itself.",
        code="too_many_entries",
        field="file",
        limit=MAX_FILES,
        **({} if count is None else {"actual": count}),
    )


class _Guarded:
    """An archive of which not more is read at once than `most` bytes; BadArchive beyond that.

    `zipfile` reads the whole directory in one go, and makes an object of each of its entries before
    anybody can count them: 60 MB of them take 20 s and 700 MB of memory.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.most: int | None = most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._read = file.read

    def read(self, size: int = -1) -> bytes:
        if self.most is not None and size > self.most:
            raise _too_many()
        return self._read(size)


def unpack(file: IO[bytes], max_file_bytes: int) -> Pack:
    """Open a ZIP archive from outside; raises BadArchive.

    Nothing is written anywhere: names are only names. Few files, a bound on what they unpack to,
    no encryption, no exotic method; a file is read up to the size that it claims.
    """
    guarded = _Guarded(file, MAX_DIRECTORY_BYTES)
    try:
        archive = zipfile.ZipFile(cast("IO[bytes]", guarded))
        guarded.most = None
        infos = [info for info in archive.infolist() if not info.is_dir()]
    except _UNREADABLE as error:
        raise BadArchive(
            "This is no ZIP archive, or a damaged one. Pack the folder again.",
            code="not_a_zip",
            field="file",
        ) from error
    if len(infos) > MAX_FILES:
        raise _too_many(len(infos))
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadArchive(
            f"The archive unpacks to {unpacked / 2**20:,.0f} MB; at most "
            f"{MAX_UNPACKED_BYTES / 2**20:g} MB are unpacked.",
            code="unpacks_too_large",
            field="file",
            limit=MAX_UNPACKED_BYTES,
            actual=unpacked,
        )
    for info in infos:
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            raise BadArchive(
                f"{info.filename[:100]} is encrypted or packed in a way that is not unpacked here. "
                "Make an ordinary ZIP archive.",
                code="bad_archive",
                field="file",
            )
    readers: dict[str, Callable[[], bytes]] = {}
    for info in infos:
        readers.setdefault(_plain(info.filename), _reader(archive, info, max_file_bytes))
    return Pack([Archived(_plain(info.filename), info.file_size) for info in infos], readers)


def _plain(name: str) -> str:
    """As the plan writes paths."""
    return unicodedata.normalize("NFC", name).replace("\\", "/")


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as member:
                data = member.read(min(info.file_size, max_bytes) + 1)
        except _UNREADABLE as error:
            raise _torn(info) from error
        if len(data) != info.file_size:
            raise _torn(info)
        return data

    return read


def _torn(info: zipfile.ZipInfo) -> BadArchive:
    return BadArchive(
        f"{info.filename[:100]} is damaged in the archive, or not of the size that it claims.",
        code="bad_archive",
        field="file",
    )
