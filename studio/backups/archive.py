"""Where a backup lies: a folder, which the next backup brings up to date, or one tar file.

Knows names and bytes; what they mean is the manifest's business.
"""

import fcntl
import os
import tarfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from studio.backups.errors import BackupBroken, BackupRefused

MANIFEST = "manifest.json"
CHUNK = 2**20


class Archive(Protocol):
    """Both kinds; a context manager that holds the place while it is used."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Take `size` bytes under a name; the manifest comes last and makes it a backup."""

    def open(self, name: str) -> IO[bytes]:
        """A stored file. Raises BackupBroken when it is not there."""

    def remove(self, name: str) -> None:
        """Forget what an earlier backup of this place had, where that is possible."""


class Folder:
    """A backup as a folder; each file is whole or not there, synced."""

    def __init__(self, path: Path, *, writing: bool) -> None:
        self._path = path
        self._writing = writing
        self._lock: int | None = None

    def __enter__(self) -> Self:
        if self._writing:
            self._path.mkdir(parents=True, exist_ok=True)
            if any(self._path.iterdir()) and not (self._path / MANIFEST).exists():
                raise BackupRefused(
                    f"{self._path} holds something else than a backup. Name an empty folder."
                )
        elif not self._path.is_dir():
            raise BackupBroken(f"There is no backup at {self._path}.")
        self._lock = os.open(self._path, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise BackupRefused(f"Another command works on {self._path}. Wait for it.") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        target = self._path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.part")
        with partial.open("wb") as handle:
            _copy(source, handle, size, name)
            handle.flush()
            os.fsync(handle.fileno())
        partial.replace(target)

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self._path / name).open("rb")
        except OSError as error:
            raise BackupBroken(f"The backup has no {name}, or it cannot be read.") from error

    def remove(self, name: str) -> None:
        (self._path / name).unlink(missing_ok=True)


class Tar:
    """A backup as one file; written beside its name, and named when it is whole."""

    def __init__(self, path: Path, *, writing: bool) -> None:
        self._path = path
        self._writing = writing
        self._partial = path.with_name(f".{path.name}.part")
        self._tar: tarfile.TarFile | None = None

    def __enter__(self) -> Self:
        try:
            if self._writing:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._tar = tarfile.open(self._partial, "w")
            else:
                self._tar = tarfile.open(self._path, "r:")
                self._tar.getmembers()  # reads every head, and so finds a cut file
        except FileNotFoundError as error:
            raise BackupBroken(f"There is no backup at {self._path}.") from error
        except tarfile.TarError as error:
            raise BackupBroken(f"{self._path} is no backup, or was cut short: {error}.") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tar:
            self._tar.close()
        if self._writing and kind is None:
            with self._partial.open("rb") as handle:
                os.fsync(handle.fileno())
            self._partial.replace(self._path)
        elif self._writing:
            self._partial.unlink(missing_ok=True)

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        head = tarfile.TarInfo(name)
        head.size, head.mtime, head.mode = size, int(time.time()), 0o600
        if self._tar:
            self._tar.addfile(head, source)

    def open(self, name: str) -> IO[bytes]:
        try:
            found = self._tar.extractfile(name) if self._tar and not self._writing else None
        except (KeyError, tarfile.TarError) as error:
            raise BackupBroken(f"The backup has no {name}: it was cut short.") from error
        if found is None:
            raise BackupBroken(f"The backup has no {name}.")
        return found

    def remove(self, name: str) -> None:
        """A new file has nothing of an earlier one."""


def at(path: Path, *, writing: bool) -> Archive:
    """The archive at a path: a tar file when it ends with `.tar`, else a folder."""
    return (Tar if path.suffix == ".tar" else Folder)(path, writing=writing)


def _copy(source: IO[bytes], target: IO[bytes], size: int, name: str) -> None:
    copied = 0
    while chunk := source.read(CHUNK):
        target.write(chunk)
        copied += len(chunk)
    if copied != size:
        raise OSError(f"{name} has {copied} bytes instead of {size}: it changed while it was read")
