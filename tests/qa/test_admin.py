"""QA in the admin: evidence cannot be changed, thresholds can, and a model is made active."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from people.models import Project, User
from qa import weights
from qa.inspection import open_report, record_measures
from qa.measuring import measure
from qa.models import EmbeddingModel, QACheck, QAThreshold
from tests.qa.pictures import encoded, portrait

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    user = User.objects.create_superuser("ada", password="a long enough password")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def report():
    report = open_report(Project.objects.create(name="Orion").pk, "source")
    record_measures(report.pk, measure(encoded(portrait())))
    return report


def page(name, *arguments):
    return reverse(f"admin:qa_{name}", args=arguments)


def test_a_report_shows_its_sentences_and_takes_no_changes(admin, report):
    shown = admin.get(page("qareport_change", report.pk))
    assert "Short side is 512 px, 512 needed." in shown.content.decode()
    assert 'name="_save"' not in shown.content.decode()
    assert admin.post(page("qareport_change", report.pk), {}).status_code == 403
    assert admin.get(page("qareport_add")).status_code == 403
    assert admin.post(page("qareport_delete", report.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "model",
    ["qareport", "qacheck", "qaverdict", "qathreshold", "embeddingmodel", "faceembedding"],
)
def test_every_list_opens(admin, report, model):
    assert admin.get(page(f"{model}_changelist"), {"q": "1"}).status_code == 200


def test_a_threshold_is_changed_and_recorded(admin):
    threshold = QAThreshold.objects.get(qa_check__name="noise", project=None)
    form = {
        "qa_check": threshold.qa_check_id,
        "project": "",
        "warn_limit": "5",
        "fail_limit": "9",
    }
    assert admin.post(page("qathreshold_change", threshold.pk), form).status_code == 302
    threshold.refresh_from_db()
    assert (threshold.warn_limit, threshold.fail_limit) == (5, 9)
    event = AuditEvent.objects.get(verb="qa_threshold.change")
    assert (event.before, event.after) == (
        {"warn_limit": 8.0, "fail_limit": 20.0},
        {"warn_limit": 5.0, "fail_limit": 9.0},
    )
    assert event.actor.username == "ada"


def test_limits_in_the_wrong_order_are_refused_with_a_sentence(admin):
    threshold = QAThreshold.objects.get(qa_check__name="noise", project=None)
    form = {"qa_check": threshold.qa_check_id, "warn_limit": "9", "fail_limit": "5"}
    answer = admin.post(page("qathreshold_change", threshold.pk), form)
    assert "at least the limit that warns" in answer.content.decode()


def test_the_default_of_the_studio_cannot_be_deleted_and_a_projects_own_can(admin):
    default = QAThreshold.objects.get(qa_check__name="noise", project=None)
    own = QAThreshold.objects.create(
        qa_check=QACheck.objects.get(name="noise"),
        project=Project.objects.create(name="Vega"),
        warn_limit=3,
    )
    for threshold, status in ((default, 403), (own, 302)):
        answer = admin.post(page("qathreshold_delete", threshold.pk), {"post": "yes"})
        assert answer.status_code == status
    assert list(QAThreshold.objects.filter(qa_check__name="noise")) == [default]
    assert AuditEvent.objects.filter(verb="qa_threshold.delete").count() == 1


def activate(client, model):
    return client.post(
        page("embeddingmodel_changelist"),
        {"action": "make_active", "_selected_action": [model.pk]},
        follow=True,
    ).content.decode()


def test_a_model_without_its_weights_stays_inactive_and_says_what_to_run(admin, settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    said = activate(admin, EmbeddingModel.objects.get(name="facenet-vggface2"))
    assert "download_models" in said
    assert EmbeddingModel.objects.get(is_active=True).name == "dlib-resnet"


def test_a_model_with_its_weights_is_made_the_active_one(admin, settings, tmp_path, monkeypatch):
    settings.MODELS_DIR = tmp_path
    (tmp_path / "w.pt").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    known = weights.Weights("facenet-vggface2", "w.pt", empty, 0, url="http://127.0.0.1/w.pt")
    monkeypatch.setitem(weights.WEIGHTS, known.model, known)
    said = activate(admin, EmbeddingModel.objects.get(name="facenet-vggface2"))
    assert "face model now" in said
    assert [row.name for row in EmbeddingModel.objects.filter(is_active=True)] == [
        "facenet-vggface2"
    ]
    event = AuditEvent.objects.get(verb="embedding_model.activate")
    assert event.before == {"active": "dlib-resnet v1-mtcnn5"}


def test_each_limit_in_the_list_is_named_and_the_list_may_be_empty(admin):
    limit = QAThreshold.objects.select_related("qa_check").first()
    shown = admin.get(page("qathreshold_changelist")).content.decode()
    assert f'aria-label="{limit.qa_check}: Warn limit"' in shown
    empty = admin.get(page("qathreshold_changelist"), {"q": "no such check"})
    assert "0 QA thresholds" in empty.content.decode()


def test_a_filter_names_the_empty_value(admin, report):
    plain = admin.get(page("qareport_changelist")).content.decode()
    assert re.search(r'<a href="\?error_code=">\s*none\s*</a>', plain)
    counted = admin.get(page("qareport_changelist"), {"_facets": "True"}).content.decode()
    assert re.search(r">\s*none \(1\)\s*</a>", counted)
