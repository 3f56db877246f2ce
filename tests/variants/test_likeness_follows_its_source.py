"""When the face of a source is read anew, the likeness of what was made from it follows."""

import pytest

from characters.models import SourceImage
from jobs.models import Job
from qa.inspection import open_report
from qa.models import QACheck
from tests import make
from tests.faces import embedding, give_face, vector
from variants.models import ImageVariant
from variants.remeasuring import source_embedded


@pytest.fixture
def variant(creator, character):
    owner = make.ready(creator, character)
    give_face(owner.current_source, vector(0.0))
    (made,) = make.generated(creator, owner, 1)
    report = open_report(owner.project_id, "variant")
    report.measured_at = report.faces_read_at = "2026-01-01T00:00Z"
    report.save()
    faces = QACheck.objects.get(name="face_count")
    report.results.create(qa_check=faces, value=1, verdict_id=1, sentence="One face was found.")
    ImageVariant.objects.filter(pk=made.pk).update(qa_report=report)
    made.refresh_from_db()
    return give_face(made, vector(0.12), likeness=0.9)


def test_it_is_measured_again_from_stored_vectors(variant):
    source = variant.source_image
    source.embedding.delete()
    SourceImage.objects.filter(pk=source.pk).update(
        embedding=embedding(source.qa_report, vector(0.84))
    )
    source_embedded(source)
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
