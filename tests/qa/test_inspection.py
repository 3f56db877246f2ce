"""Measurements and readings become rows; whichever half ends last judges."""

import cv2
import numpy as np
import pytest

from people.models import Project
from qa.inspection import (
    active_model,
    finished,
    open_report,
    record_faces,
    record_failure,
    record_measures,
)
from qa.measuring import measure
from qa.models import EmbeddingModel, FaceEmbedding, QACheck, QAReport, QAThreshold
from qa.policy import Verdict
from qa.readings import Face, FaceReading
from tests.qa.pictures import encoded, portrait, relit

pytestmark = pytest.mark.django_db

PORTRAIT = encoded(portrait())


@pytest.fixture
def project():
    return Project.objects.create(name="Orion")


def seen(*widths, vector=None, model="dlib-resnet", version="v1-mtcnn5"):
    """A reading with faces of these widths."""
    faces = tuple(
        Face(box=(0.0, 0.0, width, width * 1.2), landmarks=((1.0, 2.0),) * 5, confidence=0.99)
        for width in widths
    )
    if faces and vector is None:
        vector = np.linspace(0, 0.1, 128, dtype=np.float32)
    return FaceReading(faces, 0 if faces else None, vector, model, version, 512, 512)


def result(report, name):
    return report.results.get(qa_check__name=name)


def reread(report):
    return QAReport.objects.get(pk=report.pk)


def test_a_portrait_is_measured_and_read_for_real(project, read):
    report = open_report(project.pk, "source")
    assert not finished(report)
    record_measures(report.pk, measure(PORTRAIT))
    embedding, likeness = record_faces(report.pk, read(PORTRAIT), None)
    report = reread(report)
    assert finished(report)
    assert report.verdict_id == Verdict.WARN
    warned = report.results.filter(verdict_id=Verdict.WARN)
    assert [row.sentence for row in warned] == [
        "Face is 86 px wide, 224 needed: use a closer crop."
    ]
    assert likeness is None
    assert not report.results.filter(qa_check__name="likeness").exists()
    assert embedding.values.shape == (128,)
    assert np.array_equal(embedding.values, read(PORTRAIT).vector)
    assert embedding.model == active_model()
    assert embedding.confidence > 0.99
    assert len(embedding.landmarks) == 5


@pytest.mark.parametrize("degrees", [-18, 12])
def test_a_face_is_tilted_by_what_the_picture_is_turned(project, read, degrees):
    turn = cv2.getRotationMatrix2D((224, 120), -degrees, 1)  # OpenCV turns against the clock
    rolls = []
    for picture in (portrait(), cv2.warpAffine(portrait(), turn, (512, 512))):
        report = open_report(project.pk, "source")
        record_faces(report.pk, read(encoded(picture)), None)
        rolls.append(result(report, "face_roll").value)
        assert abs(result(report, "face_yaw").value) < 15
    assert rolls[1] - rolls[0] == pytest.approx(degrees, abs=3)


def test_a_variant_is_compared_with_its_source(project, read):
    source, variant = open_report(project.pk, "source"), open_report(project.pk, "variant")
    reference, _ = record_faces(source.pk, read(PORTRAIT), None)
    _, likeness = record_faces(variant.pk, read(encoded(relit(portrait()))), reference)
    row = result(variant, "likeness")
    assert 0.75 < likeness < 1
    assert row.value == likeness
    assert (row.threshold, row.verdict_id) == (0.5, Verdict.PASS)


@pytest.mark.parametrize("first", ["measures", "faces"])
def test_whichever_half_ends_last_judges(project, first):
    report = open_report(project.pk, "source")
    halves = {
        "measures": lambda: record_measures(report.pk, measure(PORTRAIT)),
        "faces": lambda: record_faces(report.pk, seen(300.0), None),
    }
    halves.pop(first)()
    assert not finished(reread(report))
    assert reread(report).verdict is None
    halves.popitem()[1]()
    assert finished(reread(report))
    assert reread(report).verdict_id == Verdict.PASS


def test_the_verdict_is_the_worst_of_the_checks(project):
    report = open_report(project.pk, "source")
    record_measures(report.pk, measure(encoded(cv2.GaussianBlur(portrait(), (0, 0), 6))))
    record_faces(report.pk, seen(300.0), None)
    assert result(report, "sharpness").verdict_id == Verdict.FAIL
    assert reread(report).verdict_id == Verdict.FAIL


@pytest.mark.parametrize("widths", [(), (300.0, 200.0)])
def test_none_or_several_faces_warn_and_never_fail(project, widths):
    report = open_report(project.pk, "source")
    record_measures(report.pk, measure(PORTRAIT))
    record_faces(report.pk, seen(*widths), None)
    row = result(report, "face_count")
    assert (row.value, row.verdict_id) == (len(widths), Verdict.WARN)
    assert "?" in row.sentence
    assert reread(report).verdict_id == Verdict.WARN


def test_without_a_face_nothing_of_it_is_measured_rather_than_zero(project):
    source, variant = open_report(project.pk, "source"), open_report(project.pk, "variant")
    reference, _ = record_faces(source.pk, seen(300.0), None)
    assert record_faces(variant.pk, seen(), reference) == (None, None)
    for name in ("face_size", "likeness"):
        row = result(variant, name)
        assert (row.value, row.verdict) == (None, None)
        assert "not measured: no face was found" in row.sentence


def test_a_source_without_a_face_leaves_the_likeness_unmeasured(project):
    variant = open_report(project.pk, "variant")
    _, likeness = record_faces(variant.pk, seen(300.0), None)
    assert likeness is None
    assert "the source has no face" in result(variant, "likeness").sentence


def test_vectors_of_different_models_are_not_compared(project):
    source, variant = open_report(project.pk, "source"), open_report(project.pk, "variant")
    vector = np.ones(512, np.float32)
    reading = seen(300.0, vector=vector, model="facenet-vggface2", version="20180402-114759")
    reference, _ = record_faces(source.pk, reading, None)
    embedding, likeness = record_faces(variant.pk, seen(300.0), reference)
    assert embedding.model != reference.model
    assert likeness is None
    assert "another face model" in result(variant, "likeness").sentence


def test_a_likeness_below_the_bands_of_the_model_warns_then_fails(project):
    source = open_report(project.pk, "source")
    reference, _ = record_faces(source.pk, seen(300.0, vector=np.zeros(128, np.float32)), None)
    for distance, verdict in ((0.59, Verdict.PASS), (0.66, Verdict.WARN), (0.73, Verdict.FAIL)):
        vector = np.zeros(128, np.float32)
        vector[0] = distance
        variant = open_report(project.pk, "variant")
        record_faces(variant.pk, seen(300.0, vector=vector), reference)
        assert result(variant, "likeness").verdict_id == verdict


def test_a_project_has_its_own_limits_and_others_keep_the_defaults(project):
    QAThreshold.objects.create(
        qa_check=QACheck.objects.get(name="resolution"), project=project, warn_limit=700
    )
    other = Project.objects.create(name="Vega")
    for owner, verdict, limit in ((project, Verdict.WARN, 700), (other, Verdict.PASS, 512)):
        report = open_report(owner.pk, "source")
        record_measures(report.pk, measure(PORTRAIT))
        row = result(report, "resolution")
        assert (row.verdict_id, row.threshold) == (verdict, limit)


def test_a_project_may_set_its_own_likeness(project):
    QAThreshold.objects.create(
        qa_check=QACheck.objects.get(name="likeness"), project=project, warn_limit=0.9
    )
    source, variant = open_report(project.pk, "source"), open_report(project.pk, "variant")
    zero = np.zeros(128, np.float32)
    near = zero.copy()
    near[0] = 0.3  # likeness 0.75
    reference, _ = record_faces(source.pk, seen(300.0, vector=zero), None)
    record_faces(variant.pk, seen(300.0, vector=near), reference)
    assert result(variant, "likeness").verdict_id == Verdict.WARN


def test_repeating_a_half_replaces_its_results(project):
    report = open_report(project.pk, "source")
    record_measures(report.pk, measure(PORTRAIT))
    first, _ = record_faces(report.pk, seen(100.0), None)
    count = report.results.count()
    record_measures(report.pk, measure(PORTRAIT))
    second, _ = record_faces(report.pk, seen(300.0), None)
    assert second == first
    assert report.results.count() == count
    assert result(report, "face_size").value == 300
    assert reread(report).verdict_id == Verdict.PASS


def test_a_reading_without_a_face_takes_the_earlier_face_away(project):
    report = open_report(project.pk, "source")
    record_faces(report.pk, seen(300.0), None)
    record_faces(report.pk, seen(), None)
    assert not FaceEmbedding.objects.exists()


def test_a_failure_is_told_and_a_later_success_clears_it(project):
    report = open_report(project.pk, "source")
    record_measures(report.pk, measure(PORTRAIT))
    record_failure(report.pk, "model_missing", "Run manage.py download_models.")
    report = reread(report)
    assert (report.error_code, report.error) == (
        "model_missing",
        "Run manage.py download_models.",
    )
    assert not finished(report)
    record_faces(report.pk, seen(300.0), None)
    report = reread(report)
    assert finished(report)
    assert (report.error_code, report.error) == ("", "")


def test_a_vector_of_the_wrong_length_is_refused_and_leaves_no_rows(project):
    report = open_report(project.pk, "source")
    with pytest.raises(Exception, match="numbers instead of 128"):
        record_faces(report.pk, seen(300.0, vector=np.zeros(64, np.float32)), None)
    assert not FaceEmbedding.objects.exists()
    assert not report.results.exists()


def test_a_vector_survives_the_database_bit_for_bit(project):
    vector = np.random.default_rng(0).normal(size=128).astype(np.float32)
    report = open_report(project.pk, "source")
    embedding, _ = record_faces(report.pk, seen(300.0, vector=vector), None)
    stored = FaceEmbedding.objects.get(pk=embedding.pk)
    assert np.array_equal(stored.values, vector)
    assert bytes(stored.vector) == vector.astype("<f4").tobytes()


def test_there_is_one_active_model():
    assert active_model() == EmbeddingModel.objects.get(name="dlib-resnet")
