"""`manage.py calibrate` gives a face model limits, from pictures or from the studio's decisions."""

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from audit.models import AuditEvent
from jobs.models import Job
from qa.inspection import active_model, open_report
from qa.models import Calibration, QACheck
from tests import make
from tests.faces import embedding, vector
from tests.qa.pictures import encoded, portrait
from variants import reviewing
from variants.models import ImageVariant


@pytest.fixture
def owner(creator, character):
    return make.ready(creator, character)


def measured(creator, owner, scores):
    """Variants with these likenesses to their source."""
    made = make.generated(creator, owner, len(scores))
    for variant, score in zip(made, scores, strict=True):
        face = embedding(open_report(owner.project_id, "variant"), vector(score))
        ImageVariant.objects.filter(pk=variant.pk).update(embedding=face, likeness=score)
        variant.refresh_from_db()
    return made


def decide(creator, owner, accepted, drifted):
    for variant in measured(creator, owner, accepted):
        reviewing.approve(creator, variant)
    for variant in measured(creator, owner, drifted):
        reviewing.reject(creator, variant, reasons=["identity drift"])


def test_decisions_become_limits_with_their_evidence(creator, owner, tmp_path, capsys):
    decide(creator, owner, np.linspace(0.7, 0.9, 20), np.linspace(0.3, 0.6, 22))
    (framed,) = measured(creator, owner, [0.95])
    reviewing.reject(creator, framed, reasons=["framing"])  # says nothing about the person
    picture = tmp_path / "plots.png"
    call_command("calibrate", "--from-decisions", "--picture", str(picture))
    model = active_model()
    assert model.thresholds == {"match": pytest.approx(0.65), "check": pytest.approx(0.6)}
    row = Calibration.objects.get()
    assert (row.model, row.origin, row.same, row.different) == (model, "decisions", 20, 22)
    assert (row.auc, row.created_at is not None) == (1.0, True)
    assert Image.open(picture).size == (1136, 584)
    said = capsys.readouterr().out
    assert "dlib-resnet v1-mtcnn5: match from 0.650" in said
    event = AuditEvent.objects.get(verb="embedding_model.calibrate")
    assert event.before == {"match": 0.5, "check": 0.4}
    assert event.after["same"] == 20


def test_what_was_judged_by_the_former_limits_is_judged_again(creator, owner, tmp_path):
    decide(creator, owner, np.linspace(0.7, 0.9, 20), np.linspace(0.3, 0.6, 20))
    variant = owner.variants.order_by("likeness").last()
    report = variant.embedding.report
    ImageVariant.objects.filter(pk=variant.pk).update(qa_report=report)
    check = QACheck.objects.get(name="likeness")
    report.results.create(qa_check=check, value=0.55, verdict_id=1, sentence="x")
    call_command("calibrate", "--from-decisions", "--picture", str(tmp_path / "x.png"))
    assert Job.objects.filter(kind__name="qa.rejudge", args={"check": "likeness"}).count() == 1
    make.run_jobs("cpu")
    assert report.results.get().verdict_id == 3


def test_a_dry_run_stores_nothing(creator, owner, tmp_path):
    decide(creator, owner, np.linspace(0.7, 0.9, 20), np.linspace(0.3, 0.6, 20))
    picture = tmp_path / "x.png"
    call_command("calibrate", "--from-decisions", "--dry-run", "--picture", str(picture))
    assert picture.is_file()
    assert not Calibration.objects.exists()
    assert active_model().thresholds == {"match": 0.5, "check": 0.4}


def test_too_few_decisions_are_refused_with_a_sentence(creator, owner):
    decide(creator, owner, [0.8] * 3, [0.4] * 2)
    with pytest.raises(CommandError, match="3 pairs of one person and 2 of two people"):
        call_command("calibrate", "--from-decisions")
    assert not Calibration.objects.exists()


def test_a_folder_of_too_few_pairs_is_read_and_refused(db, tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(portrait()))
    (tmp_path / "b.png").write_bytes(encoded(portrait()[:, ::-1]))
    (tmp_path / "pairs.csv").write_text("file1,file2,same\na.png,b.png,1\n")
    with pytest.raises(CommandError, match="1 pairs of one person and 0 of two people"):
        call_command("calibrate", str(tmp_path))


def test_it_asks_for_a_folder_or_decisions(db):
    with pytest.raises(CommandError, match="--from-decisions"):
        call_command("calibrate")
