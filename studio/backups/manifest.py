"""What a backup holds: one JSON file, and a list of files as `sha256sum -c` reads it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from io import BytesIO
from itertools import groupby
from typing import IO

from studio.backups.archive import MANIFEST, Archive
from studio.backups.errors import BackupBroken

FORMAT = 1
FILES = "files/"


@dataclass(frozen=True)
class Manifest:
    """`database` and `listing` are names in the archive, each with its sha256."""

    made_at: str
    engine: str
    migrations: list[str]
    database: str
    database_sha256: str
    listing: str
    listing_sha256: str
    file_count: int
    file_bytes: int
    has_secrets: bool = False
    format: int = field(default=FORMAT)

    def write(self, archive: Archive) -> None:
        data = json.dumps(asdict(self), indent=1).encode()
        archive.add(MANIFEST, BytesIO(data), len(data))


def read_manifest(archive: Archive) -> Manifest:
    """The manifest of a finished backup. Raises BackupBroken."""
    with archive.open(MANIFEST) as handle:
        data = handle.read()
    try:
        manifest = Manifest(**json.loads(data))
    except (ValueError, TypeError) as error:
        raise BackupBroken(f"The backup's {MANIFEST} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupBroken(
            f"The backup has format {manifest.format}; this version reads format {FORMAT}."
        )
    return manifest


def line(key: str, sha256: str) -> bytes:
    return f"{sha256}  {FILES}{key}\n".encode()


def listed(listing: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Key and sha256 of every file, in the order of the walk."""
    for text in listing:
        sha256, _, name = text.decode().rstrip("\n").partition("  ")
        yield name.removeprefix(FILES), sha256


class Earlier:
    """What the backup before had, a folder at a time, asked for in the order of the walk."""

    def __init__(self, listing: IO[bytes] | None) -> None:
        pairs = listed(listing) if listing else iter(())
        self._groups = groupby(pairs, key=lambda pair: _place(pair[0].rpartition("/")[0]))
        self._next = self._take()
        self.gone: list[str] = []

    def in_folder(self, folder: str) -> dict[str, str]:
        """Keys and hashes of one folder; the folders that were passed over are gone."""
        place = _place(folder)
        while self._next and self._next[0] < place:
            self.gone += self._next[1]
            self._next = self._take()
        if self._next and self._next[0] == place:
            found = self._next[1]
            self._next = self._take()
            return found
        return {}

    def end(self) -> None:
        """The walk is over; whatever was not asked for is gone."""
        while self._next:
            self.gone += self._next[1]
            self._next = self._take()

    def _take(self) -> tuple[tuple[str, ...], dict[str, str]] | None:
        for place, pairs in self._groups:
            return place, dict(pairs)
        return None


def _place(folder: str) -> tuple[str, ...]:
    """Folders sort as the walk comes to them: a folder before what lies in it."""
    return tuple(folder.split("/")) if folder else ()


def sha256_of(handle: IO[bytes]) -> str:
    return hashlib.file_digest(handle, "sha256").hexdigest()  # type: ignore[arg-type]
