"""A studio whose faces were read by another model moves to dlib's, with the real face reader."""

import sys
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from audit.models import AuditEvent
from characters.models import SourceImage
from jobs.asking import cancel
from jobs.claiming import claim
from jobs.handling import run
from jobs.models import Job, JobStatus
from jobs.sweeping import take_up
from qa import faces
from qa.activating import switch
from qa.faces import close_faces
from qa.inspection import open_report, record_faces
from qa.models import EmbeddingModel, FaceEmbedding, QAReport
from qa.readings import Face, FaceReading
from tests import make
from variants import rereading
from variants.models import ImageVariant

FORMER, NEXT = "facenet-vggface2", "dlib-resnet"
FACE = Face(box=(181.0, 62.0, 268.0, 172.0), landmarks=((1.0, 2.0),) * 5, confidence=0.99)


def reading(vector):
    return FaceReading((FACE,), 0, vector, FORMER, "20180402-114759", 512, 512)


def unlike():
    """A vector of the former model by which no two images are alike."""
    return np.random.default_rng().normal(size=512).astype(np.float32)


@pytest.fixture
def former(db):
    """The studio's model is the one whose weights nobody has here."""
    return switch(None, EmbeddingModel.objects.get(name=FORMER).pk)


@pytest.fixture
def following(db):
    return EmbeddingModel.objects.get(name=NEXT)


@pytest.fixture
def source(former, creator, character):
    made = make.passed_source(creator, character)
    made.embedding, _ = record_faces(made.qa_report_id, reading(unlike()), None)
    made.save()
    Job.objects.all().delete()  # the checks that the upload asked for
    return made


@pytest.fixture
def variants(source, creator, character):
    make.approving.approve_baseline(creator, character)
    made = make.generated(creator, character, 3)
    for variant in made:
        read_by_former(variant, source)
    Job.objects.all().delete()
    return made


def read_by_former(variant, source):
    """What the checks of the variant would have left, its pixels measured well."""
    report = open_report(variant.project_id, "variant")
    QAReport.objects.filter(pk=report.pk).update(measured_at=report.created_at)
    face, likeness = record_faces(report.pk, reading(unlike()), source.embedding)
    ImageVariant.objects.filter(pk=variant.pk).update(
        qa_report=report, embedding=face, likeness=likeness
    )


def reembed(model=NEXT):
    said = StringIO()
    call_command("reembed", model, stdout=said)
    return said.getvalue()


def fresh(variants):
    ids = [variant.pk for variant in variants]
    rows = ImageVariant.objects.filter(pk__in=ids)
    return list(rows.select_related("embedding__model", "qa_report__verdict"))


def test_everything_is_read_and_measured_by_the_new_model(source, variants, following):
    assert {variant.qa_report.verdict.name for variant in fresh(variants)} == {"fail"}
    assert "Jobs asked for: 1." in reembed()
    make.run_jobs("gpu")
    following.refresh_from_db()
    assert following.is_active
    source.refresh_from_db()
    assert source.embedding.model == following
    for variant in fresh(variants):
        assert variant.embedding.model == following
        assert variant.likeness == pytest.approx(1, abs=1e-6)  # each is the source's own picture
        assert variant.qa_report.verdict.name == "warn"  # its face is small
        row = variant.qa_report.results.get(qa_check__name="likeness")
        assert (row.value, row.threshold) == (variant.likeness, 0.5)
        assert variant.qa_report.compared_with == source.embedding
    assert FaceEmbedding.objects.filter(model__name=FORMER).count() == 4  # they stay
    assert set(Job.objects.values_list("status_id", flat=True)) == {JobStatus.SUCCEEDED}
    assert AuditEvent.objects.filter(verb="embedding_model.activate").exists()


def test_until_the_last_face_is_read_the_former_model_counts(source, variants, former, admin):
    other = make.project(admin, "Vega")
    page = make.passed_source(admin, make.character(admin, other))
    face, _ = record_faces(page.qa_report_id, reading(unlike()), None)
    SourceImage.objects.filter(pk=page.pk).update(embedding=face)
    Job.objects.all().delete()
    reembed()
    before = [variant.likeness for variant in fresh(variants)]
    run(claim("gpu", "test", make.TIMING))  # one project of two
    former.refresh_from_db()
    assert former.is_active
    assert [variant.likeness for variant in fresh(variants)] == before
    read_by_former(variants[0], source)  # checked anew meanwhile
    make.run_jobs("gpu")
    assert all(variant.likeness > 0.99 for variant in fresh(variants))


def test_a_move_that_was_killed_goes_on_and_reads_nothing_twice(
    source, variants, following, monkeypatch
):
    monkeypatch.setattr(rereading, "READ_AT_ONCE", 1)
    real, looked = rereading.read_many_faces, []

    def until_killed(looks, model):
        if len(looked) == 2:
            raise KeyboardInterrupt
        looked.append(len(looks))
        return real(looks, model)

    monkeypatch.setattr(rereading, "read_many_faces", until_killed)
    reembed()
    with pytest.raises(KeyboardInterrupt):
        run(claim("gpu", "killed", make.TIMING))
    take_up(Q())
    looked[:] = [0, 0, 0]
    make.run_jobs("gpu")
    assert sum(looked) == 2  # of four
    following.refresh_from_db()
    assert following.is_active


def test_an_image_that_cannot_be_read_keeps_what_it_has_and_is_told(
    source, variants, own_media, creator
):
    for file in (own_media / "variant").rglob("*"):
        if file.is_file():
            file.unlink()
    before = [variant.likeness for variant in fresh(variants)]
    reembed()
    make.run_jobs("gpu")
    assert [variant.likeness for variant in fresh(variants)] == before
    assert {variant.embedding.model.name for variant in fresh(variants)} == {FORMER}
    notes = list(Job.objects.order_by("pk").values_list("note", flat=True))
    assert notes[0] == "3 images could not be read and keep their former face; see the log."


def test_a_job_that_was_cancelled_keeps_the_former_model_until_it_is_asked_again(
    source, variants, former, following, admin
):
    reembed()
    cancel(admin, Job.objects.get())
    make.run_jobs("gpu")
    former.refresh_from_db()
    assert former.is_active
    reembed()
    make.run_jobs("gpu")
    following.refresh_from_db()
    assert following.is_active


def test_asking_twice_asks_once(source, variants):
    reembed()
    assert "Jobs asked for: 0." in reembed()
    assert Job.objects.count() == 1


def test_an_admin_asks_for_it_by_an_action_on_the_model(source, variants, following, page, admin):
    body = {"action": "reembed", "_selected_action": [following.pk]}
    answer = page(admin).post("/admin/qa/embeddingmodel/", body, follow=True)
    assert "1 job asked for; the tray shows them." in answer.content.decode()
    job = Job.objects.get()
    assert (job.kind.name, job.asked_by) == ("face.reembed", admin)


def test_a_studio_without_faces_moves_at_once(former, following):
    assert "is the studio's face model" in reembed()
    following.refresh_from_db()
    assert following.is_active
    assert not Job.objects.exists()


def test_a_model_without_weights_is_refused_and_says_what_to_run(source, settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    with pytest.raises(CommandError, match=r"manage\.py download_models"):
        reembed(FORMER)
    assert not Job.objects.exists()


def test_a_reader_that_ends_over_every_image_moves_nothing(
    source, variants, former, following, monkeypatch
):
    close_faces()
    monkeypatch.setattr(faces, "CHILD", (sys.executable, "-c", "raise SystemExit(9)"))
    reembed()
    run(claim("gpu", "test", make.TIMING))
    job = Job.objects.get(kind__name="face.reembed")
    assert (job.state, job.error_code) == (JobStatus.QUEUED, "face_child_died")
    former.refresh_from_db()
    assert former.is_active
    monkeypatch.undo()
    Job.objects.update(due_at=job.created_at)
    make.run_jobs("gpu")
    following.refresh_from_db()
    assert following.is_active


def test_a_move_to_another_model_waits_for_this_one(source, variants, following):
    reembed()
    Job.objects.update(args={"model_id": following.pk + 1000})
    with pytest.raises(CommandError, match="goes on in Northlight"):
        reembed()


def test_an_image_that_the_former_model_read_as_the_studio_changed_is_read_again(
    source, creator, character, following, monkeypatch
):
    made = make.source(creator, character)
    monkeypatch.setattr("characters.vetting.read_faces", lambda *_: reading(unlike()))
    switch(None, following.pk)
    run(claim("gpu", "test", make.TIMING))
    job = Job.objects.get(kind__name="source.embed")
    assert (job.state, job.error_code) == (JobStatus.QUEUED, "face_model_changed")
    monkeypatch.undo()
    Job.objects.update(due_at=job.created_at)
    make.run_jobs("gpu")
    made.refresh_from_db()
    assert made.embedding.model == following


def test_pages_of_a_character_and_of_a_candidate_say_how_far_it_is(
    source, variants, creator, character, page
):
    browser = page(creator)

    def said(sentence):
        pages = [character.get_absolute_url(), variants[0].get_absolute_url()]
        return [sentence in browser.get(address).text for address in pages]

    assert said("another face model") == [False, False]
    reembed()
    assert said("faces are read again, 0 % done") == [True, True]
    run(claim("gpu", "test", make.TIMING))
    assert said("likeness is measured anew") == [True, True]
    make.run_jobs("gpu")
    assert said("another face model") == [False, False]
