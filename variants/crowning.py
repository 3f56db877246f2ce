"""Crowning: one candidate becomes the hero and the others are rejected, as one step."""

from collections.abc import Mapping

from django.db import transaction

from people.access import require
from people.models import User
from studio.lib.errors import StudioError
from variants import reviewing
from variants.batching import MAX_IDS, Batch
from variants.deciding import Step, lock
from variants.decisions import ReviewStep
from variants.errors import BadBatch
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus, Verb

CANDIDATES = (VariantStatus.GENERATED, VariantStatus.EDITING)


def crown(
    actor: User,
    variant: ImageVariant,
    others: Mapping[int, int],
    *,
    revision: int | None = None,
    seen_hero: int | None = reviewing.UNSEEN,
) -> Batch:
    """Approve a variant and reject the other candidates of its type that were looked at.

    `others` has the revision of each as it was seen. One that moved on, or that is no candidate of
    this character and type, is left alone; one undo takes all of it back. Raises what
    `reviewing.approve` raises, and then nothing is done; BadBatch for too many.
    """
    require(actor, "variant.review", variant)
    if len(others) > MAX_IDS:
        raise BadBatch(f"At most {MAX_IDS} at once.", field="ids", limit=MAX_IDS)
    batch = Batch("approve")
    with transaction.atomic():
        lock(variant)
        # Outside the savepoints, so that a refusal does not take it along.
        batch.step = ReviewStep.objects.create(made_by=actor, verb=Verb.APPROVE)
        step = Step(actor, Verb.APPROVE, batch.step)
        rows = ImageVariant.objects.present().filter(
            pk__in=others,
            character_id=variant.character_id,
            variant_type__name=variant.variant_type_id,
            status_id__in=CANDIDATES,
        )
        candidates = list(rows.exclude(pk=variant.pk).select_related("character__project"))
        reviewing.approve(actor, variant, revision=revision, seen_hero=seen_hero, within=step)
        batch.done.append(variant)
        for row in candidates:
            try:
                with transaction.atomic():
                    reviewing.reject(actor, row, revision=others[row.pk], within=step)
            except StudioError as error:
                batch.refused[row.pk] = error
            else:
                batch.done.append(row)
        if not batch.step.decisions.exists():
            batch.step.delete()
            batch.step = None
    return batch
