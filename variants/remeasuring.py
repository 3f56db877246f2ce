"""Likeness follows its source: where another face of it counts, images are measured anew.

By stored vectors; no pixel is looked at.
"""

from django.db import transaction
from django.db.models import F, QuerySet

from characters.models import Character, SourceImage
from jobs.asking import Ask, ask
from jobs.claiming import Lease
from qa import activating, inspection
from variants.models import ImageVariant

AT_ONCE = 50  # images measured in one transaction


def source_embedded(source: SourceImage) -> None:
    """Ask to measure what was made from a source anew, where it was compared with another face.

    Called in the transaction that gave the source its vector, or took it away.
    """
    fresh = SourceImage.objects.select_related("character", "embedding").get(pk=source.pk)
    if _behind(fresh).exists():
        again = Ask(
            kind="variant.likeness",
            title=f"Likeness · {fresh.character.name} v{fresh.version}",
            args={"source_id": fresh.pk},
            url=fresh.character.get_absolute_url(),
            groups=[f"character-{fresh.character_id}"],
        )
        ask(fresh.project_id, None, [again])


def measure_again(lease: Lease) -> Character:
    """Measure every image made from a source by the face of it that counts now.

    Returns whose they are.
    """
    source = SourceImage.objects.select_related("embedding", "character").get(
        pk=lease.job.args["source_id"]
    )
    total, done, last = _behind(source).count(), 0, 0
    while some := _measure_some(lease, source.pk, last):
        last, done = some[-1].pk, done + len(some)
        lease.progress(min(done / max(total, 1), 1.0))
    lease.succeed()
    return source.character


def _measure_some(lease: Lease, source_id: int, after: int) -> list[ImageVariant]:
    """Measure the images that follow the one with the id `after`; returns them."""
    lease.check_cancel()
    with transaction.atomic():
        lease.hold()
        activating.hold()  # the face of the source that counts now does so to the end of this
        source = SourceImage.objects.select_related("embedding__model").get(pk=source_id)
        rows = _behind(source).filter(pk__gt=after).select_related("embedding__model")
        some = list(rows.order_by("pk")[:AT_ONCE])
        for variant in some:
            _measure(variant, source)
    return some


def _behind(source: SourceImage) -> QuerySet[ImageVariant]:
    """Images made from a source that were compared with a face of it that counts no more.

    A hero that was checked against a later source keeps what that said.
    """
    rows = ImageVariant.objects.filter(
        source_image=source, qa_report__faces_read_at__isnull=False, embedding__isnull=False
    )
    later = SourceImage.objects.filter(character=source.character_id).exclude(pk=source.pk)
    rows = rows.exclude(qa_report__compared_with__in=later.values("embedding"))
    if source.embedding_id is None:
        return rows.filter(likeness__isnull=False)
    # Vectors of different models are never compared; a move to another model measures by itself.
    same_model = rows.filter(embedding__model=F("source_image__embedding__model"))
    return same_model.exclude(
        qa_report__compared_with__isnull=False, qa_report__compared_with=source.embedding_id
    )


def _measure(variant: ImageVariant, source: SourceImage) -> None:
    if variant.qa_report_id is None or variant.embedding is None:
        return
    likeness = inspection.measure_likeness(
        variant.qa_report_id, variant.embedding, source.embedding
    )
    rows = ImageVariant.objects.filter(pk=variant.pk, embedding_id=variant.embedding_id)
    rows.update(likeness=likeness)
