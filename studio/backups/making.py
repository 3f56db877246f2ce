"""Making a backup while the studio works: the database first, then the files.

So each file that a row of the backup names is in it: files are stored before their row, and are
not removed for a day after it.
"""

import hashlib
import json
import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from audit.models import AuditEvent
from audit.recording import record
from studio.backups import databases
from studio.backups.archive import Archive, at
from studio.backups.errors import BackupBroken, BackupRefused
from studio.backups.manifest import FILES, Earlier, Manifest, line, read_manifest, sha256_of
from studio.lib.files import PART, FileMissing, read, walk
from studio.orphans import SET_ASIDE

SECRETS = "secrets.json"
# Clocks of the storage and of this machine differ; what is younger is copied once more.
CLOCKS_DIFFER = timedelta(minutes=10)


def make(path: Path, *, with_secrets: bool = False) -> Manifest:
    """Back up everything to a folder, or to one file when the path ends with `.tar`.

    A folder that holds a backup already is brought up to date: only new files are copied, and the
    earlier backup is good until the new one is whole. Raises BackupRefused, StorageFailed.
    """
    if connection.vendor not in databases.NAMES:
        raise BackupRefused("Only SQLite and PostgreSQL can be backed up.")
    made_at = datetime.now(UTC)
    stamp = made_at.strftime("%Y%m%dT%H%M%S%f")
    with at(path, writing=True) as archive, tempfile.TemporaryDirectory() as scratch:
        before = _earlier(archive)
        database = f"database-{stamp}{databases.SUFFIXES[connection.vendor]}"
        dumped = Path(scratch) / database
        migrations = [".".join(key) for key in MigrationRecorder(connection).applied_migrations()]
        databases.dump(dumped)
        database_sha256 = _add(archive, database, dumped)
        listing = Path(scratch) / "files.sha256"
        with listing.open("wb") as lines:
            earlier = Earlier(archive.open(before.listing) if before else None)
            since = datetime.fromisoformat(before.made_at) if before else made_at
            count, size = _copy_files(archive, lines, earlier, since - CLOCKS_DIFFER)
        listing_name = f"files-{stamp}.sha256"
        listing_sha256 = _add(archive, listing_name, listing)
        if with_secrets:
            keys = {
                "secret_key": settings.SECRET_KEY,
                "jwt_signing_key": settings.JWT_SIGNING_KEY,
            }
            data = json.dumps(keys).encode()
            archive.add(SECRETS, BytesIO(data), len(data))
        manifest = Manifest(
            made_at=made_at.isoformat(),
            engine=connection.vendor,
            migrations=sorted(migrations),
            database=database,
            database_sha256=database_sha256,
            listing=listing_name,
            listing_sha256=listing_sha256,
            file_count=count,
            file_bytes=size,
            has_secrets=with_secrets,
        )
        manifest.write(archive)
        if before:
            _forget(archive, before, earlier.gone, keep_secrets=with_secrets)
    record(None, "studio.backup", AuditEvent(), after={"made_at": manifest.made_at, "files": count})
    return manifest


def _earlier(archive: Archive) -> Manifest | None:
    try:
        return read_manifest(archive)
    except BackupBroken:
        return None  # the first one here


def _add(archive: Archive, name: str, file: Path) -> str:
    with file.open("rb") as handle:
        sha256 = sha256_of(handle)
        handle.seek(0)
        archive.add(name, handle, file.stat().st_size)
    return sha256


def _copy_files(
    archive: Archive, lines: IO[bytes], earlier: Earlier, since: datetime
) -> tuple[int, int]:
    """Copy what the archive lacks, and list everything; how many files and bytes that is."""
    count = size = 0
    for folder, names in walk():
        if folder.partition("/")[0] == SET_ASIDE:
            continue
        known = earlier.in_folder(folder)
        for name in names:
            key = f"{folder}/{name}".lstrip("/")
            if name.endswith(PART):
                continue
            try:
                if key in known and default_storage.get_modified_time(key) < since:
                    sha256, length = known[key], default_storage.size(key)
                else:
                    data = read(key)
                    sha256, length = hashlib.sha256(data).hexdigest(), len(data)
                    archive.add(FILES + key, BytesIO(data), length)
            except (FileMissing, FileNotFoundError):
                continue  # an orphan that was swept meanwhile
            known.pop(key, None)
            lines.write(line(key, sha256))
            count, size = count + 1, size + length
        earlier.gone += known
    earlier.end()
    return count, size


def _forget(archive: Archive, before: Manifest, gone: list[str], *, keep_secrets: bool) -> None:
    for name in (before.database, before.listing, *(FILES + key for key in gone)):
        archive.remove(name)
    if before.has_secrets and not keep_secrets:
        archive.remove(SECRETS)
