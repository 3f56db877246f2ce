"""Storing what a calibration found: the bands of one version of one face model."""

from django.db import transaction

from audit.recording import record
from qa import thresholds
from qa.calibration import Fit
from qa.models import Calibration, EmbeddingModel, QACheck


def store(model: EmbeddingModel, fit: Fit, origin: str) -> Calibration:
    """Give a face model the fitted limits, and keep what they were fitted to (evidence).

    Stored likenesses are judged again where no limits of the studio or a project hold. `origin` is
    `pairs` or `decisions`.
    """
    with transaction.atomic():
        row = EmbeddingModel.objects.select_for_update().get(pk=model.pk)
        before, after = row.thresholds, {"match": fit.match, "check": fit.check}
        row.thresholds = after
        row.save(update_fields=["thresholds"])
        made = Calibration.objects.create(
            model=row,
            origin=origin,
            same=fit.same,
            different=fit.different,
            match_limit=fit.match,
            check_limit=fit.check,
            auc=fit.auc,
            brier=fit.brier,
        )
        facts = {**after, "origin": origin, "same": fit.same, "different": fit.different}
        record(None, "embedding_model.calibrate", row, before=before, after=facts)
        thresholds.tell(None, QACheck.objects.get(name="likeness"), None)
    model.refresh_from_db()
    return made
