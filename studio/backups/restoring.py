"""Restoring a backup: it is proven whole, then files, then the database, then every invariant.

The studio must stand still: what it wrote meanwhile would be lost.
"""

import fcntl
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q

from audit.models import AuditEvent
from audit.recording import record
from jobs.sweeping import take_up
from people.models import User
from studio.backups import databases
from studio.backups.archive import Archive, at
from studio.backups.errors import BackupBroken, BackupRefused
from studio.backups.making import SECRETS
from studio.backups.manifest import FILES, Manifest, listed, read_manifest, sha256_of
from studio.embedded import lock_file
from studio.lib.files import put, walk

Say = Callable[[str], object]


def restore(path: Path, say: Say, *, force: bool = False, with_secrets: bool = False) -> Manifest:
    """Bring a backup back. Raises BackupRefused before anything is changed, StorageFailed.

    `force` replaces a database that is not empty. Files that only the old rows named become
    orphans, which the sweep removes.
    """
    with at(path, writing=False) as archive:
        manifest = read_manifest(archive)
        _refuse_what_does_not_fit(manifest, with_secrets=with_secrets)
        _refuse_while_in_use()
        if not force:
            _refuse_unless_empty()
        say(f"Backup of {manifest.made_at}: proving {manifest.file_count} files …")
        verify(archive, manifest)
        say("Storing the files …")
        with archive.open(manifest.listing) as listing:
            for key, _sha256 in listed(listing):
                with archive.open(FILES + key) as handle:
                    put(key, handle.read())
        say("Loading the database …")
        with archive.open(manifest.database) as dumped:
            _load(dumped.read, manifest)
        if with_secrets:
            _write_secrets(archive)
    call_command("migrate", interactive=False, verbosity=0)
    taken = take_up(Q())
    say(f"{taken} jobs that ran when the backup was made wait again.")
    record(
        None,
        "studio.restore",
        AuditEvent(),
        after={"made_at": manifest.made_at, "files": manifest.file_count},
    )
    return manifest


def verify(archive: Archive, manifest: Manifest) -> None:
    """Read everything and compare it with the manifest. Raises BackupBroken, with a name."""
    _prove(archive, manifest.database, manifest.database_sha256)
    _prove(archive, manifest.listing, manifest.listing_sha256)
    count = 0
    with archive.open(manifest.listing) as listing:
        for key, sha256 in listed(listing):
            _prove(archive, FILES + key, sha256)
            count += 1
    if count != manifest.file_count:
        raise BackupBroken(f"The backup lists {count} files instead of {manifest.file_count}.")


def _prove(archive: Archive, name: str, sha256: str) -> None:
    try:
        with archive.open(name) as handle:
            found = sha256_of(handle)
    except OSError as error:
        raise BackupBroken(f"{name} in the backup cannot be read: {error}") from error
    if found != sha256:
        raise BackupBroken(f"{name} in the backup is damaged: its content has changed.")


def _refuse_what_does_not_fit(manifest: Manifest, *, with_secrets: bool) -> None:
    if manifest.engine != connection.vendor:
        theirs = databases.NAMES.get(manifest.engine, manifest.engine)
        raise BackupRefused(
            f"This is a backup of {theirs}, and DATABASE_URL names "
            f"{databases.NAMES[connection.vendor]}. Restore it into {theirs}."
        )
    known = {".".join(key) for key in MigrationLoader(connection).disk_migrations or {}}
    newer = sorted(set(manifest.migrations) - known)
    if newer:
        raise BackupRefused(
            f"The backup was made by another, probably newer version ({newer[0]} is not known "
            "here). Install that version first."
        )
    if with_secrets and not manifest.has_secrets:
        raise BackupRefused("There are no secrets in this backup.")


def _refuse_while_in_use() -> None:
    lock = lock_file()
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRefused("The studio runs on this database. Stop it first.") from error
    if count := databases.others():
        raise BackupRefused(
            f"{count} other connections use this database. Stop servers, workers and sweeper."
        )


def _refuse_unless_empty() -> None:
    tables = connection.introspection.table_names()
    has_people = User._meta.db_table in tables and User.objects.exists()
    has_files = any(names for _, names in walk())
    if has_people or has_files:
        what = "database has people" if has_people else "storage has files"
        raise BackupRefused(
            f"The {what} already. Name an empty database and storage, or say --force to replace "
            "what is there."
        )


def _load(read: Callable[[int], bytes], manifest: Manifest) -> None:
    """The dump as a file of its own, beside nothing that could be mistaken for it."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / manifest.database
        with file.open("wb") as target:
            while chunk := read(2**20):
                target.write(chunk)
        databases.load(file)


def _write_secrets(archive: Archive) -> None:
    with archive.open(SECRETS) as handle:
        keys = json.loads(handle.read())
    for name in ("secret_key", "jwt_signing_key"):
        file = Path(settings.VAR_DIR) / name
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(keys[name])
