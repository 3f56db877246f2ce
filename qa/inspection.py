"""Inspecting one image: pixels to measurements, readings to rows, and the verdict at the end.

The two halves (measures and faces) come in any order; whichever ends last judges. It takes
pixels and vectors and never learns whose they are.
"""

from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from people.models import WithoutFace
from qa.duplicates import nearest
from qa.errors import FaceModelChanged, QAError
from qa.measuring import NO_FACE, Inspected, Measurement, measure_face
from qa.models import (
    VARIANT,
    EmbeddingModel,
    FaceEmbedding,
    QACheck,
    QACheckResult,
    QAReport,
    QAThreshold,
)
from qa.policy import FaceRules, Limits, Verdict, judge_check, worst
from qa.readings import FaceReading
from qa.similarity import likeness

FACE_CHECKS = ("face_count", "face_size", "face_yaw", "face_roll", "eyes_open", "likeness")
WITHOUT_FACE: dict[str, Verdict] = {
    WithoutFace.REFUSE: Verdict.FAIL,
    WithoutFace.WARN: Verdict.WARN,
    WithoutFace.ALLOW: Verdict.PASS,
}


def open_report(project_id: int, subject: str, before: QAReport | None = None) -> QAReport:
    """Write the row that both halves fill; `subject` is `source` or `variant`.

    `before` is an earlier report of the same image: the face that a person chose still counts.
    """
    face_at = before.face_at if before else None
    return QAReport.objects.create(project_id=project_id, subject=subject, face_at=face_at)


def active_model() -> EmbeddingModel:
    """The face model of the studio; its `name` is what `read_faces` takes."""
    return EmbeddingModel.objects.get(is_active=True)


def record_measures(
    report_id: int, inspected: Inspected, others: QuerySet[QAReport] | None = None
) -> None:
    """Write the first half's results, and judge if it is the last. Safe to repeat.

    `others` are the reports of the images of which this one should be no duplicate.
    """
    with transaction.atomic():
        report = _locked(report_id)
        report.results.exclude(qa_check__name__in=FACE_CHECKS).delete()
        report.phash = inspected.phash
        found = [*inspected.measurements]
        if others is not None:
            found.append(_near_duplicate(report, others))
        _write(report, found, limits_of(report.project_id))
        report.measured_at = timezone.now()
        _settle(report)


def record_faces(
    report_id: int,
    reading: FaceReading,
    reference: FaceEmbedding | None,
    eyes: Measurement | None = None,
) -> tuple[FaceEmbedding | None, float | None]:
    """Write the second half's results, and judge if it is the last. Safe to repeat.

    Returns the embedding (None without a face) and the likeness to `reference`, 0..1, None when
    it is not measured: no face on either side, or vectors of different models.
    """
    with transaction.atomic():
        report = _locked(report_id)
        model = EmbeddingModel.objects.get(name=reading.model, version=reading.version)
        embedding = _embedding(report, model, reading)
        found = [
            Measurement("face_count", len(reading.faces)),
            *measure_face(reading),
            *([eyes] if eyes else []),
        ]
        limits = limits_of(report.project_id)
        score: float | None = None
        if report.subject == VARIANT or reference is not None:
            compared = _likeness(embedding, reference)
            found.append(compared)
            score = compared.value
            limits.setdefault("likeness", model.limits)
        report.results.filter(qa_check__name__in=FACE_CHECKS).delete()
        report.faces = [asdict(face) for face in reading.faces]
        _write(report, found, limits)
        report.compared_with = reference
        report.faces_read_at = timezone.now()
        _settle(report)
    return embedding, score


def add_face(report_id: int, reading: FaceReading) -> FaceEmbedding | None:
    """Store an image's face as another model reads it, beside the one that counts now.

    None without a face. Nothing is judged: `measure_likeness` does that once the move is made.
    """
    with transaction.atomic():
        report = _locked(report_id)
        model = EmbeddingModel.objects.get(name=reading.model, version=reading.version)
        return _embedding(report, model, reading)


def measure_likeness(
    report_id: int, face: FaceEmbedding, reference: FaceEmbedding | None
) -> float | None:
    """Measure a variant's likeness anew, by faces of another model, and judge the report again."""
    with transaction.atomic():
        report = _locked(report_id)
        compared = _likeness(face, reference)
        limits = limits_of(report.project_id)
        limits.setdefault("likeness", face.model.limits)
        report.results.filter(qa_check__name="likeness").delete()
        _write(report, [compared], limits)
        report.compared_with = reference
        _settle(report)
    return compared.value


def face_by(model_id: int, face: FaceEmbedding | None) -> FaceEmbedding | None:
    """The face of the same image as one model read it; None where it has not."""
    if face is None or face.model_id == model_id:
        return face
    rows = FaceEmbedding.objects.select_related("model")
    return rows.filter(report_id=face.report_id, model_id=model_id).first()


def require_active(reading: FaceReading) -> None:
    """Hold the choice of the face model for the caller's transaction.

    Raises FaceModelChanged when another one was chosen while this one read.
    """
    mine = EmbeddingModel.objects.filter(name=reading.model, version=reading.version)
    if mine.select_for_update().filter(is_active=True).first() is None:
        raise FaceModelChanged("The studio has another face model now: that one reads it again.")


def record_failure(report_id: int, code: str, sentence: str) -> None:
    """Say on the report why a half could not be made; a verdict that it has already stays."""
    QAReport.objects.filter(pk=report_id).update(error_code=code, error=sentence)


def clear_failure(report_id: int) -> None:
    """The half that could not be made is tried again."""
    record_failure(report_id, "", "")


def finished(report: QAReport) -> bool:
    """Whether both halves are in, so that the report has a verdict."""
    return report.finished_at is not None


def _locked(report_id: int) -> QAReport:
    """The report, held until the transaction ends (SQLite holds the whole database anyway)."""
    return QAReport.objects.select_for_update().get(pk=report_id)


def limits_of(project_id: int) -> dict[str, Limits]:
    """Limits by name of check: the project's own where it has them, else the studio's."""
    rows = QAThreshold.objects.filter(Q(project=None) | Q(project_id=project_id))
    own_last = sorted(rows.select_related("qa_check"), key=lambda row: row.project_id is not None)
    return {row.qa_check.name: row.limits for row in own_last}


def face_rules(report: QAReport) -> FaceRules:
    """What the count of faces means for this image."""
    return FaceRules(WITHOUT_FACE[report.project.without_face], report.face_at is not None)


def _write(
    report: QAReport, measurements: Iterable[Measurement], limits: dict[str, Limits]
) -> None:
    checks = {check.name: check for check in QACheck.objects.all()}
    rows = []
    for found in measurements:
        allowed = limits.get(found.check, Limits())
        judged = judge_check(found.check, found.value, allowed, found.missing, face_rules(report))
        rows.append(
            QACheckResult(
                report=report,
                qa_check=checks[found.check],
                value=found.value,
                threshold=judged.threshold,
                verdict_id=judged.verdict,
                sentence=judged.sentence,
            )
        )
    QACheckResult.objects.bulk_create(rows)


def _settle(report: QAReport) -> None:
    """Save the half that was written; with both in, the worst check is the verdict."""
    if report.measured_at and report.faces_read_at:
        given = report.results.exclude(verdict=None).values_list("verdict_id", flat=True)
        report.verdict_id = worst(Verdict(verdict) for verdict in given if verdict is not None)
        report.finished_at = timezone.now()
        report.error_code = report.error = ""
    report.save()


def _near_duplicate(report: QAReport, others: QuerySet[QAReport]) -> Measurement:
    """How far the most similar one is, which the report then names."""
    other = nearest(report.phash or 0, others.exclude(pk=report.pk))
    report.nearest_id = other.report_id if other else None
    alone = "there is no other image to compare it with"
    return Measurement("near_duplicate", other.bits if other else None, alone)


def _likeness(embedding: FaceEmbedding | None, reference: FaceEmbedding | None) -> Measurement:
    if embedding is None:
        return Measurement("likeness", None, NO_FACE)
    if reference is None:
        return Measurement("likeness", None, "the source has no face to compare with")
    if reference.model_id != embedding.model_id:
        return Measurement(
            "likeness",
            None,
            f"the source was read by another face model ({reference.model}); read it again",
        )
    score = likeness(embedding.model.metric, embedding.values, reference.values)
    return Measurement("likeness", score)


def _embedding(
    report: QAReport, model: EmbeddingModel, reading: FaceReading
) -> FaceEmbedding | None:
    """The row for the face that counts; a reading without one takes an earlier row away."""
    if reading.chosen is None or reading.vector is None:
        report.embeddings.filter(model=model).delete()
        return None
    if reading.vector.shape != (model.dimensions,):
        raise QAError(
            f"The face model {model} gave {reading.vector.size} numbers instead of "
            f"{model.dimensions}."
        )
    face = reading.faces[reading.chosen]
    embedding, _ = FaceEmbedding.objects.update_or_create(
        report=report,
        model=model,
        defaults={
            "vector": reading.vector.astype("<f4").tobytes(),
            "box": list(face.box),
            "landmarks": [list(point) for point in face.landmarks],
            "confidence": face.confidence,
        },
    )
    return embedding
