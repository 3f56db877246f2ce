"""Content-addressed files: keys carry the sha256, a key is written once and never overwritten."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

from studio.lib.fault_points import fault_point


class WholeFileStorage(FileSystemStorage):
    """A file system storage in which a key names a whole, synced file or nothing at all."""

    def _save(self, name: str, content: File[Any]) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
        try:
            with partial.open("xb") as handle:
                for chunk in content.chunks():
                    handle.write(chunk)
                handle.flush()
                os.fsync(handle.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name


def put(key: str, data: bytes) -> None:
    """Store `data` under `key`; when the key is there already, its content is the same."""
    if not default_storage.exists(key):
        fault_point("storing.file")
        default_storage.save(key, ContentFile(data))


def put_all(pairs: Iterable[tuple[str, bytes]]) -> None:
    """Store several files; the caller writes the row that names them afterwards."""
    for key, data in pairs:
        put(key, data)


def read(key: str) -> bytes:
    """The whole content of a key; FileNotFoundError when it is missing."""
    with default_storage.open(key, "rb") as handle:
        return bytes(handle.read())


def original_key(kind: str, character_id: int, sha256: str, ext: str) -> str:
    """`<kind>/<character id>/<sha256>.<ext>`: the bytes as they came in."""
    return f"{kind}/{character_id}/{sha256}.{ext}"


def rendition_key(kind: str, character_id: int, sha256: str, rendition: str, ext: str) -> str:
    """`<kind>/<character id>/<sha256>.<rendition>.<ext>`: what is derived from them."""
    return f"{kind}/{character_id}/{sha256}.{rendition}.{ext}"
