"""When the face of a source is read anew, the likeness of what was made from it follows."""

import pytest

from characters.models import SourceImage
from jobs.claiming import claim
from jobs.errors import LeaseLost
from jobs.models import Job
from qa.inspection import open_report
from qa.models import QACheck
from tests import make
from tests.faces import embedding, give_face, vector
from variants import remeasuring
from variants.models import ImageVariant
from variants.remeasuring import measure_again, source_embedded


@pytest.fixture
def variants(creator, character):
    owner = make.ready(creator, character)
    give_face(owner.current_source, vector(0.0))
    return [with_face(variant) for variant in make.generated(creator, owner, 2)]


@pytest.fixture
def variant(variants):
    return variants[0]


def with_face(made):
    report = open_report(made.project_id, "variant")
    report.measured_at = report.faces_read_at = "2026-01-01T00:00Z"
    report.save()
    faces = QACheck.objects.get(name="face_count")
    report.results.create(qa_check=faces, value=1, verdict_id=1, sentence="One face was found.")
    ImageVariant.objects.filter(pk=made.pk).update(qa_report=report)
    made.refresh_from_db()
    return give_face(made, vector(0.12), likeness=0.9)


def read_source_anew(source, values):
    """What the job that reads a source's faces does once more."""
    source.qa_report.embeddings.all().delete()
    face = embedding(source.qa_report, values)
    SourceImage.objects.filter(pk=source.pk).update(embedding=face)
    source_embedded(source)


def likenesses(variants):
    return [ImageVariant.objects.get(pk=variant.pk).likeness for variant in variants]


def test_it_is_measured_again_from_stored_vectors(variant):
    read_source_anew(variant.source_image, vector(0.84))
    make.run_jobs("cpu")
    variant.refresh_from_db()
    assert variant.likeness == pytest.approx(0.4)
    check = variant.qa_report.results.get(qa_check__name="likeness")
    assert check.value == pytest.approx(0.4)
    assert check.verdict_id == 2
    assert Job.objects.get(kind__name="variant.likeness").state.label == "succeeded"


def test_where_the_source_has_no_face_any_more_it_is_not_measured(variant):
    source = variant.source_image
    source.embedding.delete()
    source_embedded(source)
    make.run_jobs("cpu")
    variant.refresh_from_db()
    assert variant.likeness is None
    assert "not measured" in variant.qa_report.results.get(qa_check__name="likeness").sentence


def test_reading_a_source_asks_for_it_only_where_something_was_made_of_it(creator, character):
    make.checked_source(creator, character)
    assert not Job.objects.filter(kind__name="variant.likeness").exists()


@pytest.fixture
def lease(variants):
    """The job that measures by a face that the source has had since."""
    read_source_anew(variants[0].source_image, vector(0.6))
    return claim("cpu", "test", make.TIMING, lambda due: due.filter(kind__name="variant.likeness"))


def test_a_source_that_is_read_once_more_meanwhile_leaves_none_measured_by_the_former_face(
    variants, lease, monkeypatch
):
    def once_more(*_):
        monkeypatch.undo()
        read_source_anew(variants[0].source_image, vector(0.84))
        make.run_jobs("cpu")  # the later job is the quicker one

    monkeypatch.setattr(remeasuring, "AT_ONCE", 1)
    monkeypatch.setattr(lease, "progress", once_more)
    measure_again(lease)
    assert likenesses(variants) == [pytest.approx(0.4)] * 2


def test_who_lost_the_job_measures_nothing(variants, lease):
    lease.check_cancel()  # so that the next look, which would tell, is not due
    Job.objects.filter(pk=lease.job.pk).update(fence=lease.job.fence + 1)
    with pytest.raises(LeaseLost):
        measure_again(lease)
    assert likenesses(variants) == [0.9, 0.9]
