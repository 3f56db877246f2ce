"""Reports, checks, thresholds and face vectors. They never say whose image it was."""

import numpy as np
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from numpy.typing import NDArray

from people.models import Project
from qa.checks import FACE_COUNT
from qa.policy import Limits
from studio.lib.tables import Lookup, Stamped

SOURCE = "source"
VARIANT = "variant"
LIMIT_SIGNS = {"min": "≥", "max": "≤", "range": "±"}


class QAVerdict(Lookup):
    """Rows of the enum `qa.policy.Verdict`, whose values are their ids."""

    class Meta:
        db_table = "qa_verdicts"
        verbose_name = "QA verdict"


class QACheck(Lookup):
    """A check that the code knows (qa/checks.py)."""

    title = models.TextField()
    unit = models.TextField(blank=True, default="", db_default="")
    direction = models.TextField(choices=[(word, word) for word in ("min", "max", "range")])
    position = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "qa_checks"
        verbose_name = "QA check"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=["min", "max", "range"]), name="ck_qa_checks_direction"
            )
        ]

    def __str__(self) -> str:
        return self.title


class QAThreshold(Stamped):
    """Where a check warns and fails: the studio's default, or one project's own."""

    qa_check = models.ForeignKey(
        QACheck, db_column="check_id", on_delete=models.CASCADE, related_name="thresholds"
    )
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: the default of the whole studio.",
    )
    warn_limit = models.FloatField(null=True, blank=True, help_text="Empty: never warns.")
    fail_limit = models.FloatField(null=True, blank=True, help_text="Empty: never fails.")

    class Meta:
        db_table = "qa_thresholds"
        verbose_name = "QA threshold"
        ordering = ["qa_check__position", "project_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["qa_check"], condition=Q(project=None), name="uq_qa_thresholds_studio"
            ),
            models.UniqueConstraint(
                fields=["qa_check", "project"],
                condition=Q(project__isnull=False),
                name="uq_qa_thresholds_project",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.qa_check} ({self.project or 'studio'})"

    @property
    def limits(self) -> Limits:
        return Limits(self.warn_limit, self.fail_limit)

    def clean(self) -> None:
        """A failing value must be at least as bad as one that warns."""
        if self.warn_limit is None or self.fail_limit is None or self.qa_check_id is None:
            return
        least = self.qa_check.direction == "min"
        low, high = (
            (self.fail_limit, self.warn_limit) if least else (self.warn_limit, self.fail_limit)
        )
        if low > high:
            word = "at most" if least else "at least"
            raise ValidationError({"fail_limit": f"It has to be {word} the limit that warns."})


class QAReport(Stamped):
    """The automatic checks of one image. Finished, and judged, when both halves have been made."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    subject = models.TextField(choices=[(SOURCE, SOURCE), (VARIANT, VARIANT)])
    measured_at = models.DateTimeField(null=True, blank=True)
    faces_read_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    verdict = models.ForeignKey(
        QAVerdict, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    error_code = models.TextField(blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")
    compared_with = models.ForeignKey(
        "FaceEmbedding",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The face that the likeness was measured to.",
    )
    phash = models.BigIntegerField(
        null=True, blank=True, help_text="The 64 bits of the image's perceptual hash, signed."
    )
    nearest = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The report of the most similar image.",
    )
    faces = models.JSONField(
        default=list, blank=True, help_text="Faces that were found, largest first, in pixels"
    )
    face_at = models.JSONField(
        null=True, blank=True, help_text="A point in the face that a person chose, in pixels"
    )

    class Meta:
        db_table = "qa_reports"
        verbose_name = "QA report"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__in=[SOURCE, VARIANT]), name="ck_qa_reports_subject"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, verdict=None)
                | Q(
                    finished_at__isnull=False,
                    verdict__isnull=False,
                    measured_at__isnull=False,
                    faces_read_at__isnull=False,
                ),
                name="ck_qa_reports_finished_iff_verdict",
            ),
        ]

    def __str__(self) -> str:
        return f"QA report {self.pk}"


class QACheckResult(Stamped):
    """One check of one report. Without a value there is no verdict: it was not measured."""

    report = models.ForeignKey(QAReport, on_delete=models.CASCADE, related_name="results")
    qa_check = models.ForeignKey(
        QACheck, db_column="check_id", on_delete=models.PROTECT, related_name="+"
    )
    value = models.FloatField(null=True, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    verdict = models.ForeignKey(
        QAVerdict, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sentence = models.TextField()

    class Meta:
        db_table = "qa_check_results"
        verbose_name = "QA check result"
        ordering = ["qa_check__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "qa_check"], name="uq_qa_check_results_report_check"
            ),
            models.CheckConstraint(
                condition=Q(value=None, verdict=None)
                | Q(value__isnull=False, verdict__isnull=False),
                name="ck_qa_check_results_verdict_iff_value",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def limit(self) -> str:
        """The limit that a pass needs, as a person reads it; empty without one."""
        if self.threshold is None:
            return ""
        sign = "" if self.qa_check.name == FACE_COUNT else LIMIT_SIGNS[self.qa_check.direction]
        return f"{sign} {self.threshold:g}".strip()


class EmbeddingModel(Stamped):
    """A face model in one version. Vectors of different ones are never compared."""

    name = models.TextField()
    version = models.TextField()
    dimensions = models.PositiveIntegerField()
    metric = models.TextField(help_text="How two vectors become a likeness (qa/similarity.py).")
    thresholds = models.JSONField(
        help_text="Likeness from which it is a match, and from which somebody should check."
    )
    licence = models.TextField()
    is_active = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "embedding_models"
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"], name="uq_embedding_models_name_version"
            ),
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="uq_embedding_models_active"
            ),
            models.CheckConstraint(
                condition=Q(dimensions__gt=0), name="ck_embedding_models_dimensions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def limits(self) -> Limits:
        """Likeness warns below `match` and fails below `check`."""
        return Limits(warn=self.thresholds["match"], fail=self.thresholds["check"])


class Calibration(Stamped):
    """Limits that were fitted to labelled pairs for one version of a face model (evidence)."""

    model = models.ForeignKey(EmbeddingModel, on_delete=models.PROTECT, related_name="calibrations")
    origin = models.TextField(
        choices=[("pairs", "labelled pairs"), ("decisions", "decisions of the studio")]
    )
    same = models.PositiveIntegerField(help_text="Pairs of one person that it was fitted to.")
    different = models.PositiveIntegerField(help_text="Pairs of two people.")
    match_limit = models.FloatField()
    check_limit = models.FloatField()
    auc = models.FloatField()
    brier = models.FloatField()

    class Meta:
        db_table = "embedding_calibrations"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__in=["pairs", "decisions"]),
                name="ck_embedding_calibrations_origin",
            ),
            models.CheckConstraint(
                condition=Q(check_limit__lte=models.F("match_limit")),
                name="ck_embedding_calibrations_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"calibration of {self.model} by {self.same + self.different} pairs"


class FaceEmbedding(Stamped):
    """The vector of the face that counts in one image, as the model gave it."""

    report = models.ForeignKey(QAReport, on_delete=models.CASCADE, related_name="embeddings")
    model = models.ForeignKey(EmbeddingModel, on_delete=models.PROTECT, related_name="+")
    vector = models.BinaryField(help_text="float32, little endian")
    box = models.JSONField(help_text="x0, y0, x1, y1 in pixels of the upright image")
    landmarks = models.JSONField(help_text="Eyes, nose and corners of the mouth, in pixels")
    confidence = models.FloatField()

    class Meta:
        db_table = "face_embeddings"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "model"], name="uq_face_embeddings_report_model"
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1),
                name="ck_face_embeddings_confidence",
            ),
        ]

    def __str__(self) -> str:
        return f"face {self.pk}"

    @property
    def values(self) -> NDArray[np.float32]:
        """The vector, shape (dimensions of the model,)."""
        return np.frombuffer(self.vector, "<f4").astype(np.float32)
