"""The database itself holds the rules of QA's tables."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from people.models import Project
from qa.checks import CHECKS
from qa.models import (
    EmbeddingModel,
    FaceEmbedding,
    QACheck,
    QACheckResult,
    QAReport,
    QAThreshold,
    QAVerdict,
)
from qa.policy import Verdict
from qa.similarity import METRICS
from qa.weights import WEIGHTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return Project.objects.create(name="Orion")


def refused():
    return pytest.raises(IntegrityError)


def test_verdicts_are_the_rows_of_their_enum():
    rows = dict(QAVerdict.objects.values_list("id", "name"))
    assert rows == {1: "pass", 2: "warn", 3: "fail"}


def test_the_checks_in_the_database_are_those_of_the_code():
    rows = QACheck.objects.values_list("name", "title", "direction")
    assert list(rows) == [(check.name, check.title, check.direction) for check in CHECKS.values()]


def test_face_models_are_seeded_and_the_one_without_a_download_is_active():
    active = EmbeddingModel.objects.get(is_active=True)
    assert (active.name, active.dimensions) == ("dlib-resnet", 128)
    for model in EmbeddingModel.objects.all():
        assert model.name in WEIGHTS
        assert model.metric in METRICS
        assert model.licence


def test_only_one_face_model_is_active():
    with refused(), transaction.atomic():
        EmbeddingModel.objects.update(is_active=True)


def test_a_face_model_has_one_row_per_version():
    with refused(), transaction.atomic():
        EmbeddingModel.objects.create(
            name="dlib-resnet",
            version="v1-mtcnn5",
            dimensions=128,
            metric="x",
            thresholds={},
            licence="x",
        )


def test_a_report_is_about_a_source_or_a_variant(project):
    with refused(), transaction.atomic():
        QAReport.objects.create(project=project, subject="scene")


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict_id": Verdict.PASS},
        {"finished_at": True},
        {"finished_at": True, "verdict_id": Verdict.PASS},
        {"finished_at": True, "verdict_id": Verdict.PASS, "measured_at": True},
    ],
)
def test_a_report_is_finished_exactly_with_both_halves_and_a_verdict(project, changes):
    report = QAReport.objects.create(project=project, subject="source")
    now = {key: timezone.now() if value is True else value for key, value in changes.items()}
    with refused(), transaction.atomic():
        QAReport.objects.filter(pk=report.pk).update(**now)


def test_a_check_stands_once_in_a_report(project):
    report = QAReport.objects.create(project=project, subject="source")
    row = {"report": report, "qa_check": QACheck.objects.get(name="noise"), "sentence": "x"}
    QACheckResult.objects.create(**row)
    with refused(), transaction.atomic():
        QACheckResult.objects.create(**row)


@pytest.mark.parametrize("row", [{"value": 1.0}, {"verdict_id": Verdict.PASS}])
def test_a_result_has_a_verdict_exactly_when_it_has_a_value(project, row):
    report = QAReport.objects.create(project=project, subject="source")
    check = QACheck.objects.get(name="noise")
    with refused(), transaction.atomic():
        QACheckResult.objects.create(report=report, qa_check=check, sentence="x", **row)


def test_a_check_has_one_default_and_one_threshold_per_project(project):
    check = QACheck.objects.get(name="noise")
    QAThreshold.objects.create(qa_check=check, project=project, warn_limit=1)
    for owner in (None, project):
        with refused(), transaction.atomic():
            QAThreshold.objects.create(qa_check=check, project=owner, warn_limit=2)


def test_limits_in_the_wrong_order_are_told(project):
    least = QAThreshold(qa_check=QACheck.objects.get(name="resolution"), project=project)
    least.warn_limit, least.fail_limit = 200, 300
    with pytest.raises(ValidationError, match="at most the limit that warns"):
        least.full_clean()
    most = QAThreshold(qa_check=QACheck.objects.get(name="noise"), project=project)
    most.warn_limit, most.fail_limit = 9, 8
    with pytest.raises(ValidationError, match="at least the limit that warns"):
        most.full_clean()


def test_an_image_has_one_vector_per_face_model(project):
    row = {
        "report": QAReport.objects.create(project=project, subject="source"),
        "model": EmbeddingModel.objects.get(is_active=True),
        "vector": b"",
        "box": [],
        "landmarks": [],
        "confidence": 1.0,
    }
    FaceEmbedding.objects.create(**row)
    with refused(), transaction.atomic():
        FaceEmbedding.objects.create(**row)
