"""Content-addressed files: keys carry the sha256, and a key names a whole, proven file or nothing.

What is stored is read back before anybody names it. Knows nothing of rows.
"""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from studio.lib.errors import StudioError
from studio.lib.fault_points import fault_point

PART = ".part"
# A file that was there before is written anew after this time: its age tells the orphan sweep
# whether somebody may be about to name it.
YOUNG = timedelta(hours=1)


class StorageFailed(StudioError):
    """The storage did not take or give a file; another try may go well."""

    code = "storage_failed"
    status = 503
    permanent = False


class StorageFull(StorageFailed):
    """There is no room left; somebody has to make some."""

    code = "storage_full"
    status = 507


class FileMissing(StudioError):
    """A file that a row names is not in the storage."""

    code = "file_missing"
    status = 404


class WholeFileStorage(FileSystemStorage):
    """A file system storage in which a key names a whole, synced file or nothing at all."""

    def _save(self, name: str, content: File[Any]) -> str:
        target = Path(self.path(name))
        _make_folder(target.parent)
        partial = target.with_name(f".{target.name}.{secrets.token_hex(6)}{PART}")
        try:
            with partial.open("xb") as handle:
                for chunk in content.chunks():
                    handle.write(chunk)
                handle.flush()
                os.fsync(handle.fileno())
                if hasattr(os, "posix_fadvise"):  # so that it is read back from the disk itself
                    os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            partial.replace(target)
            _sync_folder(target.parent)
        finally:
            partial.unlink(missing_ok=True)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name


def put(key: str, data: bytes) -> None:
    """Store `data` under `key` and prove it by reading it back; a torn earlier file is healed.

    Raises StorageFailed, StorageFull when there is no room. Then no row may name the key.
    """
    expected = hashlib.sha256(data).hexdigest()
    with _in_sentences(key):
        before = digest(key)
        if before == expected and _is_young(key):
            return
        fault_point("storing.file")
        default_storage.save(key, ContentFile(data))
        if digest(key) == expected:
            return
        if before is None:  # else a row may name it, and it may be the reading that is wrong
            default_storage.delete(key)
    raise StorageFailed(
        "The storage took the file but gave back other bytes, so nothing was recorded. Try again; "
        "if it happens twice, the storage needs a check.",
        key=key,
    )


def put_all(pairs: Iterable[tuple[str, bytes]]) -> None:
    """Store several files; the caller writes the row that names them afterwards."""
    for key, data in pairs:
        put(key, data)


def read(key: str) -> bytes:
    """The whole content of a key. Raises FileMissing, and StorageFailed when it cannot be read."""
    with _in_sentences(key):
        try:
            with default_storage.open(key, "rb") as handle:
                return bytes(handle.read())
        except FileNotFoundError as error:
            raise FileMissing(
                "A file of this image is missing from the storage. An admin can look for it with "
                "manage.py check_integrity.",
                key=key,
            ) from error


def digest(key: str) -> str | None:
    """sha256 of a stored file, None when it is missing; OSError when it cannot be read."""
    try:
        with default_storage.open(key, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def walk(folder: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every folder with the names of its files, sorted, one folder at a time; OSError."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield folder, sorted(names)
    for name in sorted(folders):
        yield from walk(f"{folder}/{name}".lstrip("/"))


def remove_folder(folder: str) -> None:
    """Remove the files of a folder; none is there when another was faster. Raises StorageFailed."""
    with _in_sentences(folder):
        for place, names in [*walk(folder)]:
            for name in names:
                default_storage.delete(f"{place}/{name}")
        default_storage.delete(folder)


def original_key(kind: str, character_id: int, sha256: str, ext: str) -> str:
    """`<kind>/<character id>/<sha256>.<ext>`: the bytes as they came in."""
    return f"{kind}/{character_id}/{sha256}.{ext}"


def rendition_key(kind: str, character_id: int, sha256: str, rendition: str, ext: str) -> str:
    """`<kind>/<character id>/<sha256>.<rendition>.<ext>`: what is derived from them."""
    return f"{kind}/{character_id}/{sha256}.{rendition}.{ext}"


def _is_young(key: str) -> bool:
    return timezone.now() - default_storage.get_modified_time(key) < YOUNG


@contextmanager
def _in_sentences(key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                "The storage is full, so the file was not kept. Try again after an admin has made "
                "room.",
                key=key,
            ) from error
        raise StorageFailed(
            "The storage did not answer as it should, so nothing was recorded. Try again in a "
            "moment.",
            key=key,
        ) from error


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each entry synced."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only when its folder is synced too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
