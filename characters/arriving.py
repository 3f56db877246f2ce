"""A file that arrives in parts: begun, gone on with where it ended, taken once, or let go.

Knows parts and hashes; what the file is to be is judged by whoever takes it, as every upload.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from audit.recording import record
from characters.closing import refuse_archived_project
from characters.errors import (
    HashMismatch,
    TooManyUploads,
    UploadExpired,
    UploadTaken,
    UploadUnfinished,
    WrongOffset,
)
from characters.uploads import Purpose, Upload, UploadPart, part_key
from jobs.sweeping import chore
from people.access import require
from people.models import Project, User
from studio.lib import files
from studio.lib.errors import NotFound
from studio.lib.figures import UPLOADS_REFUSED
from studio.lib.pictures import ImageRefused, Limits, clean_name, foresee

log = logging.getLogger(__name__)

DROPPED_AT_ONCE = 200


@dataclass(frozen=True)
class Caps:
    """What one upload may be, how long it is kept, and what a person's may be together."""

    limits: Limits
    kept: timedelta
    max_open_bytes: int


@dataclass(frozen=True)
class Arrived:
    """A whole file: its bytes and its name for display."""

    data: bytes
    name: str


def begin(
    actor: User, project: Project, purpose: Purpose, name: str, size: int, sha256: str, caps: Caps
) -> Upload:
    """The person's upload of this very file: the unfinished one where there is one, else a new one.

    Nothing is stored before the size is known to fit. Raises ImageRefused (`empty`, `too_large`),
    TooManyUploads, Archived.
    """
    require(actor, "upload.begin", project)
    refuse_archived_project(project)
    try:
        foresee(name, size, caps.limits)
    except ImageRefused as refusal:
        record(actor, "upload.refused", project, after={"code": refusal.code})
        UPLOADS_REFUSED.labels(refusal.code).inc()
        raise
    mine = Upload.objects.of(actor).filter(project=project, purpose=purpose, sha256=sha256)
    if unfinished := mine.unfinished().filter(size_bytes=size).first():
        return unfinished
    for old in mine.filter(taken_at=None):
        drop(old)
    _refuse_too_many(actor, size, caps)
    return Upload.objects.create(
        owner=actor,
        project=project,
        purpose=purpose,
        name=clean_name(name),
        size_bytes=size,
        sha256=sha256,
        secret=secrets.token_hex(16),
        expires_at=Now() + caps.kept,
    )


def find(actor: User, number: int) -> Upload:
    """The person's own upload. Raises NotFound."""
    upload = Upload.objects.of(actor).select_related("project").filter(pk=number).first()
    if upload is None:
        raise NotFound("There is no such upload, or it is not yours. Choose the file again.")
    return upload


def append(upload: Upload, offset: int, data: bytes, caps: Caps) -> Upload:
    """Store the part that begins at `offset`, and keep the upload for as long again.

    The file is written first; then one of those who sent it at once moves the row on. Raises
    WrongOffset with the right one, UploadExpired, UploadTaken.
    """
    _refuse_closed(upload)
    end = offset + len(data)
    if offset != upload.received_bytes or not data or end > upload.size_bytes:
        raise _wrong(upload)
    sha256 = hashlib.sha256(data).hexdigest()
    files.put(part_key(upload, offset, sha256), data)
    with transaction.atomic():
        rows = Upload.objects.unfinished().filter(pk=upload.pk, received_bytes=offset)
        if not rows.update(received_bytes=end, expires_at=Now() + caps.kept):
            raise _wrong(find(upload.owner, upload.pk))
        UploadPart.objects.create(upload=upload, start=offset, size_bytes=len(data), sha256=sha256)
    return find(upload.owner, upload.pk)


@contextmanager
def taken(actor: User, number: int) -> Iterator[Arrived]:
    """The whole file, for one taker; gone when that ends well or the file is no good.

    Whatever else goes wrong leaves it to be taken again. Raises NotFound, UploadUnfinished,
    UploadExpired, UploadTaken, HashMismatch.
    """
    upload = find(actor, number)
    _refuse_closed(upload)
    if not upload.is_whole:
        raise UploadUnfinished(
            "The file is not here completely. Choose it again, and it goes on where it ended.",
            offset=upload.received_bytes,
        )
    if not Upload.objects.unfinished().filter(pk=upload.pk).update(taken_at=Now()):
        raise _already(upload)
    try:
        yield Arrived(_joined(upload), upload.name)
    except (ImageRefused, HashMismatch):
        _let_go(upload)
        raise
    except BaseException:
        Upload.objects.filter(pk=upload.pk).update(taken_at=None)
        raise
    _let_go(upload)


def drop(upload: Upload) -> None:
    """Forget an upload; its parts go first, so that none is left without a row that names it."""
    files.remove_folder(upload.folder)
    Upload.objects.filter(pk=upload.pk).delete()


@chore
def drop_expired() -> None:
    """Every round of the sweeper: forget the uploads that nobody went on with."""
    for upload in Upload.objects.filter(expires_at__lte=Now())[:DROPPED_AT_ONCE]:
        drop(upload)
        log.info("upload %s of %s expired", upload.pk, upload.owner_id)


def _let_go(upload: Upload) -> None:
    """Drop what was taken; where the storage does not answer, the sweeper does it later."""
    try:
        drop(upload)
    except files.StorageFailed:
        log.warning("upload %s: its parts could not be removed yet", upload.pk, exc_info=True)


def _joined(upload: Upload) -> bytes:
    data = b"".join(files.read(part.key) for part in upload.parts.select_related("upload"))
    if hashlib.sha256(data).hexdigest() != upload.sha256:
        raise HashMismatch(
            "The file that arrived is not the one that was announced. Choose it again."
        )
    return data


def _refuse_too_many(actor: User, size: int, caps: Caps) -> None:
    mine = Upload.objects.filter(owner=actor, taken_at=None)
    there = mine.aggregate(total=Sum("size_bytes"))["total"] or 0
    if there + size > caps.max_open_bytes:
        raise TooManyUploads(
            f"Your unfinished uploads would be more than {caps.max_open_bytes / 2**20:g} MB "
            "together. Finish or discard one first.",
            limit=caps.max_open_bytes,
            actual=there + size,
        )


def _refuse_closed(upload: Upload) -> None:
    if upload.taken_at:
        raise _already(upload)
    if not Upload.objects.unfinished().filter(pk=upload.pk).exists():
        raise UploadExpired("This upload has expired. Choose the file again to begin anew.")


def _already(upload: Upload) -> UploadTaken:
    return UploadTaken("This file is received already, or is being received now.", id=upload.pk)


def _wrong(upload: Upload) -> WrongOffset:
    return WrongOffset(
        f"{upload.received_bytes:,} of {upload.size_bytes:,} bytes are here; the next part begins "
        "there, and does not lead beyond the end.",
        offset=upload.received_bytes,
    )
