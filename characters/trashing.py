"""Old source versions: into the trash, out of it, and purged for good. Files go by the sweep."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now

from audit.recording import record
from characters import publishing
from characters.errors import InUse, IsCurrentSource
from characters.models import Character, SourceImage
from jobs.sweeping import chore
from people.access import require
from people.models import User
from studio.lib.errors import NotFound, StudioError

log = logging.getLogger(__name__)

PURGED_AT_ONCE = 200


def trash_source(actor: User, source: SourceImage) -> None:
    """Move an old version to the trash; in the trash already it stays there as it is.

    Raises IsCurrentSource (409): the current one is replaced, not deleted.
    """
    require(actor, "source.delete", source)
    with transaction.atomic():
        source = _locked(source)
        if source.deleted_at is None:
            _set(source, deleted_at=Now(), purge_at=Now() + timedelta(days=settings.TRASH_DAYS))
            record(actor, "source.trash", source, after={"version": source.version})
            publishing.source_changed(source.character, "source.deleted", version=source.version)


def restore_source(actor: User, source: SourceImage) -> None:
    """Take an old version out of the trash."""
    require(actor, "source.delete", source)
    with transaction.atomic():
        source = _locked(source)
        if source.deleted_at is not None:
            _set(source, deleted_at=None, purge_at=None)
            record(actor, "source.restore", source, after={"version": source.version})
            publishing.source_changed(source.character, "source.restored", version=source.version)


def purge_source(actor: User | None, source: SourceImage) -> None:
    """Delete an old version for good, with its checks and face vector.

    `actor` is None when its date has come. Raises IsCurrentSource, and InUse (409) while anything
    that was made from it is there, be it in the trash.
    """
    if actor:
        require(actor, "source.delete", source)
    with transaction.atomic():
        source = _locked(source)
        what = {"character": source.character_id, "version": source.version}
        record(actor, "source.purge", source, before={**what, "sha256": source.sha256})
        publishing.source_changed(source.character, "source.deleted", version=source.version)
        report = source.qa_report
        try:
            source.delete()
        except ProtectedError as error:
            count = len(error.protected_objects)
            raise InUse(
                f"{count} image{' was' if count == 1 else 's were'} made from it. It can be "
                "deleted for good when they are.",
                count=count,
            ) from error
        if report:
            report.delete()


@chore
def purge_due_sources() -> None:
    """Every round of the sweeper: purge what has been in the trash for long enough."""
    due = SourceImage.objects.filter(purge_at__lte=Now()).select_related("character")
    for source in due.order_by("purge_at")[:PURGED_AT_ONCE]:
        try:
            purge_source(None, source)
        except StudioError as error:
            log.debug("source image %s is not purged yet: %s", source.pk, error)


def _locked(source: SourceImage) -> SourceImage:
    character = Character.objects.select_for_update().get(pk=source.character_id)
    fresh = SourceImage.objects.select_related("character").filter(pk=source.pk).first()
    if fresh is None:
        raise NotFound("It was deleted for good meanwhile.")
    if character.current_source_id == fresh.pk:
        raise IsCurrentSource(
            "It is the current source image. Upload another one; then this version can be deleted."
        )
    return fresh


def _set(source: SourceImage, **changes: object) -> None:
    SourceImage.objects.filter(pk=source.pk).update(**changes)
