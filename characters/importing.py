"""Importing a folder: the plan is written, then each file is received by itself.

A file that is sent twice changes nothing the second time, so that an import that was cut off goes
on where it ended; one bad file loses none of the others.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Count

from audit.recording import record
from characters import describing, receiving
from characters.closing import refuse_archived_project
from characters.errors import ChangedFile, NotPlanned
from characters.imports import EntryStatus, Existing, FolderImport, ImportEntry
from characters.models import Character
from characters.planning import Found, Planned, plan
from people.access import require
from people.models import Project, User
from studio.lib.csvs import as_csv
from studio.lib.errors import NotFound, StudioError
from studio.lib.files import StorageFailed
from studio.lib.pictures import Limits
from studio.lib.zips import Archived, Pack

COLUMNS = (
    "path",
    "character",
    "character_id",
    "status",
    "code",
    "sentence",
    "size_bytes",
    "sha256",
    "source_version",
)


def preview(
    actor: User, project: Project, found: Sequence[Found], existing: Existing, limits: Limits
) -> list[Planned]:
    """What an import would do; nothing is written. Raises TooManyEntries and Archived."""
    require(actor, "character.import", project)
    refuse_archived_project(project)
    return plan(project, found, existing, limits.max_bytes)


def begin(
    actor: User, project: Project, found: Sequence[Found], existing: Existing, limits: Limits
) -> FolderImport:
    """Write the plan; the planned files are then sent one by one. Raises TooManyEntries."""
    entries = preview(actor, project, found, existing, limits)
    with transaction.atomic():
        row = FolderImport.objects.create(project=project, created_by=actor, existing=existing)
        ImportEntry.objects.bulk_create(
            ImportEntry(
                folder_import=row,
                path=_own_path(entry, number),
                folder=entry.folder,
                name=entry.name,
                size_bytes=entry.found.size_bytes,
                sha256=entry.found.sha256,
                status=entry.status,
                code=entry.code,
                sentence=entry.sentence,
                character=entry.character,
            )
            for number, entry in enumerate(entries)
        )
        after = {"files": len(entries), "existing": existing}
        record(actor, "character.import", project, after=after)
    return row


def receive(
    actor: User, folder_import: FolderImport, path: str, data: bytes, limits: Limits
) -> ImportEntry:
    """Receive the file of one entry; a refusal is written on the entry and raised.

    Raises NotFound for a path that the import has not, Archived, NotPlanned, ChangedFile,
    ImageRefused.
    """
    require(actor, "character.import", folder_import.project)
    refuse_archived_project(folder_import.project)
    entry = folder_import.entries.select_related("source", "character").filter(path=path).first()
    if entry is None:
        raise NotFound("This import has no such file.")
    if entry.status == EntryStatus.DONE:
        return entry
    if entry.status != EntryStatus.PLANNED:
        raise NotPlanned(entry.sentence or "This file is not to be imported.")
    sha256 = hashlib.sha256(data).hexdigest()
    if entry.sha256 not in ("", sha256):
        raise ChangedFile("The file is not the one that was planned. Begin the import again.")
    with _noted(entry):
        picture = receiving.vetted(actor, folder_import.project, data, path, limits)
        character = _character_of(actor, folder_import, entry)
        source = character.current_source
        if source is None or source.sha256 != sha256:
            source = receiving.take(actor, character, picture).source
    ImportEntry.objects.filter(pk=entry.pk).update(
        status=EntryStatus.DONE, source=source, sha256=sha256
    )
    entry.refresh_from_db()
    return entry


def receive_all(actor: User, folder_import: FolderImport, pack: Pack, limits: Limits) -> None:
    """Receive every planned file of an archive or a form, and go on past those that are refused."""
    waiting = folder_import.entries.filter(status=EntryStatus.PLANNED)
    paths = list(waiting.values_list("path", flat=True))
    for path in paths:
        try:
            receive(actor, folder_import, path, pack.read(path), limits)
        except StorageFailed:
            raise
        except StudioError:
            continue  # it is written on the entry


def found_in(pack: Pack, limits: Limits) -> list[Found]:
    """The files of an archive with their hashes; one too large to be taken is not read."""
    return [
        Found(item.path, item.size_bytes, _hash_of(pack, item, limits.max_bytes))
        for item in pack.items
    ]


def counts(folder_import: FolderImport) -> dict[str, int]:
    """How many files are in which status."""
    rows = folder_import.entries.order_by().values_list("status")
    return dict(rows.annotate(count=Count("pk")))


def report(folder_import: FolderImport) -> str:
    """Every file and what became of it, as CSV."""
    rows = folder_import.entries.select_related("character", "source").iterator(chunk_size=500)
    return as_csv(
        COLUMNS,
        (
            (
                row.path,
                row.character.name if row.character else row.name,
                row.character_id or "",
                row.status,
                row.code,
                row.sentence,
                row.size_bytes,
                row.sha256,
                row.source.version if row.source else "",
            )
            for row in rows
        ),
    )


def _hash_of(pack: Pack, item: Archived, max_bytes: int) -> str:
    if item.size_bytes > max_bytes or not item.size_bytes:
        return ""
    return hashlib.sha256(pack.read(item.path)).hexdigest()


def _own_path(entry: Planned, number: int) -> str:
    """The path, or for one that is there twice another that tells which of them it is."""
    return f"{entry.path} ({number + 1})" if entry.code in _UNNAMEABLE else entry.path


_UNNAMEABLE = ("bad_path", "duplicate_path")


@contextmanager
def _noted(entry: ImportEntry) -> Iterator[None]:
    """A refusal for good is written on the entry; one that may pass leaves it planned."""
    try:
        yield
    except StudioError as error:
        if error.permanent:
            ImportEntry.objects.filter(pk=entry.pk).update(
                status=EntryStatus.REFUSED, code=error.code, sentence=error.sentence
            )
        raise


def _character_of(actor: User, folder_import: FolderImport, entry: ImportEntry) -> Character:
    """The entry's character, created once however often the file is sent."""
    with transaction.atomic():
        locked = ImportEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        if locked.character is None:
            project = folder_import.project
            locked.character = describing.create_character(actor, project, name=entry.name)
            locked.save(update_fields=["character"])
    rows = Character.objects.select_related("project", "current_source")
    return rows.get(pk=locked.character.pk)
