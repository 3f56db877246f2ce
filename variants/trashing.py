"""The trash: deleting with a way back, restoring, and purging for good.

Rows go here; files go by the orphan sweep alone. Nothing is purged while it is a hero or is made.
"""

import logging

from django.db import transaction
from django.db.models.functions import Now

from audit.recording import record
from jobs.models import Job
from jobs.sweeping import chore
from people.access import require
from people.models import User
from studio.lib.errors import StudioError
from variants import publishing, retrying
from variants.deciding import Step, check_revision, facts, lock, one_step, refuse_withheld, write
from variants.errors import IsHero, StillRunning
from variants.models import ImageVariant
from variants.vocabulary import Verb

log = logging.getLogger(__name__)

PURGED_AT_ONCE = 200


def trash(
    actor: User,
    variant: ImageVariant,
    *,
    revision: int | None = None,
    note: str = "",
    within: Step | None = None,
) -> ImageVariant:
    """Move a variant to the trash; what is being made of it is cancelled.

    Raises IsHero (409): a hero is replaced or made a candidate first. Versions made from it stay.
    """
    require(actor, "variant.delete", variant)
    with one_step(actor, Verb.TRASH, within) as step:
        variant = lock(variant)
        check_revision(variant, revision)
        _refuse(actor, variant)
        if retrying.stop(actor, variant):
            variant = lock(variant)
        write(step, variant, Verb.TRASH, {"trashed": True}, note=note)
    return variant


def restore(
    actor: User,
    variant: ImageVariant,
    *,
    revision: int | None = None,
    note: str = "",
    within: Step | None = None,
) -> ImageVariant:
    """Take a variant out of the trash, as it was; what is not there changes nothing."""
    require(actor, "variant.delete", variant)
    with one_step(actor, Verb.RESTORE, within) as step:
        variant = lock(variant, trashed=None)
        if not variant.is_trashed:
            return variant
        check_revision(variant, revision)
        _refuse(actor, variant)
        write(step, variant, Verb.RESTORE, {"trashed": False}, note=note)
    return variant


def purge(actor: User | None, variant: ImageVariant, *, revision: int | None = None) -> None:
    """Delete a variant for good, with its decisions, checks and face vector.

    `actor` is None when its date has come. Of a family the next version becomes the first. Raises
    IsHero, and StillRunning (409) until what is made of it has stopped.
    """
    if actor:
        require(actor, "variant.delete", variant)
    with transaction.atomic():
        variant = lock(variant, trashed=None)
        check_revision(variant, revision)
        _refuse(actor, variant)
        if actor:
            retrying.stop(actor, variant)
        _refuse_running(variant)
        _pass_on(variant)
        record(
            actor,
            "variant.purge",
            variant,
            before={
                "character": variant.character_id,
                "variant_type": variant.variant_type_id,
                "status": variant.state.label,
                "version": variant.version,
                "request": variant.request_id,
                "sha256": variant.sha256,
            },
        )
        publishing.variant_withdrawn(variant)
        Job.objects.filter(project_id=variant.project_id, url=variant.get_absolute_url()).update(
            url=""
        )
        report = variant.qa_report
        variant.delete()
        if report:
            report.delete()


@chore
def purge_due() -> None:
    """Every round of the sweeper: purge what has been in the trash for long enough."""
    due = ImageVariant.objects.trashed().filter(purge_at__lte=Now()).order_by("purge_at")
    for variant in due.select_related("character")[:PURGED_AT_ONCE]:
        try:
            purge(None, variant)
        except StudioError as error:
            log.info("variant %s is not purged yet: %s", variant.pk, error)


def _refuse(actor: User | None, variant: ImageVariant) -> None:
    if variant.is_hero:
        raise IsHero(
            f"It is the {variant.variant_type_id} hero. Choose another hero, or make it a "
            "candidate again; then it can be deleted.",
            **facts(variant),
        )
    if actor and not actor.is_admin:
        refuse_withheld(variant)


def _refuse_running(variant: ImageVariant) -> None:
    if variant.job is None:
        return
    variant.job.refresh_from_db()
    if variant.job.is_open:
        raise StillRunning(
            "It is being stopped. Delete it for good when it has stopped.", **facts(variant)
        )


def _pass_on(variant: ImageVariant) -> None:
    """The family's next version becomes its first; the others keep their numbers."""
    heir = variant.family.order_by("version").first()
    if heir is None:
        return
    ImageVariant.objects.filter(pk=heir.pk).update(root=None, version=1)
    variant.family.update(root=heir)
