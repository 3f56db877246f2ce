"""Decisions of the studio as labels: which variants people took for the same person, which not."""

import numpy as np
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from qa.accuracy import Labels, Scores
from qa.models import EmbeddingModel
from variants.decisions import ReviewDecision
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus, Verb

DRIFT = "identity drift"
GONE = (VariantStatus.REJECTED, VariantStatus.QUARANTINED)


def ever_approved() -> QuerySet[ImageVariant]:
    """Variants with `approved_at`, when they were approved last, be they heroes still or not.

    The latest first; without what was undone, rejected since, withheld, or put into the trash.
    """
    standing = Q(decisions__verb=Verb.APPROVE, decisions__step__undone_at__isnull=True)
    rows = ImageVariant.objects.present().exclude(status__in=GONE)
    dated = rows.annotate(approved_at=Max("decisions__created_at", filter=standing))
    return dated.filter(approved_at__isnull=False).order_by("-approved_at", "-pk")


def labelled(model: EmbeddingModel) -> tuple[Scores, Labels]:
    """Likenesses that `model` measured, and whether people accepted them.

    What was ever approved shows the same person; of the rejected ones those whose last rejection
    gives identity drift as a reason show another.
    """
    measured = Q(embedding__model=model, likeness__isnull=False)
    rejections = ReviewDecision.objects.filter(variant=OuterRef("pk"), verb=Verb.REJECT)
    rejected = ImageVariant.objects.filter(measured, status=VariantStatus.REJECTED).annotate(
        rejection=Subquery(rejections.order_by("-pk").values("pk")[:1])
    )
    drifted = ReviewDecision.objects.filter(reasons__name=DRIFT).values("pk")
    same, other = ever_approved().filter(measured), rejected.filter(rejection__in=drifted)
    scores = [
        list(rows.order_by("pk").values_list("likeness", flat=True)) for rows in (same, other)
    ]
    labels = [True] * len(scores[0]) + [False] * len(scores[1])
    return np.array(scores[0] + scores[1], np.float64), np.array(labels, np.bool_)
