"""A changed limit judges what is stored again: values stay, verdicts and sentences change."""

import pytest

from audit.models import AuditEvent
from people import managing
from qa.inspection import open_report
from qa.models import QACheck, QACheckResult, QAReport, QAThreshold
from qa.policy import Verdict
from tests import make

URL = "/api/v1/qa-thresholds"


def measured(project, value, check="noise"):
    """A finished report with one value, which passes."""
    report = open_report(project.pk, "source")
    QACheckResult.objects.create(
        report=report, qa_check=QACheck.objects.get(name=check), value=value,
        verdict_id=Verdict.PASS, sentence="as it was",
    )  # fmt: skip
    QAReport.objects.filter(pk=report.pk).update(
        verdict_id=Verdict.PASS, measured_at="2026-01-01T00:00Z",
        faces_read_at="2026-01-01T00:00Z", finished_at="2026-01-01T00:00Z",
    )  # fmt: skip
    return report


def verdict(report):
    return Verdict(QAReport.objects.values_list("verdict_id", flat=True).get(pk=report.pk))


@pytest.fixture
def default():
    return QAThreshold.objects.get(qa_check__name="noise", project=None)


def test_the_studios_limits_judge_every_project_without_its_own(api, admin, project, default):
    other = managing.create_project(admin, "Southlight")
    own = {"check": "noise", "project": other.pk, "warn_limit": 50.0}
    assert api(admin).post(URL, own).status_code == 201
    ours, theirs = measured(project, 6.0), measured(other, 6.0)
    make.run_jobs("cpu")
    changed = api(admin).patch(f"{URL}/{default.pk}", {"warn_limit": 2.0, "fail_limit": 5.0})
    assert (changed.status_code, changed.json()["fail_limit"]) == (200, 5.0)
    assert verdict(ours) is Verdict.PASS  # until the job has run
    make.run_jobs("cpu")
    assert (verdict(ours), verdict(theirs)) == (Verdict.FAIL, Verdict.PASS)
    result = ours.results.get()
    assert (result.value, result.verdict_id) == (6.0, Verdict.FAIL)
    assert "6" in result.sentence
    assert result.sentence != "as it was"


@pytest.mark.parametrize(
    ("check", "value", "stricter", "words"),
    [
        ("sharpness", 60.0, 80.0, "Sharpness is 60 line pairs, 80 needed: use an image in focus"),
        ("colour_cast", 12.0, 10.0, "Colour cast is 12 in CIELAB, 10 allowed: correct the white"),
        ("face_yaw", -12.0, 10.0, "Face is turned by 12° to the left, 10° allowed: use an image"),
        ("face_roll", 12.0, 10.0, "Face is tilted by 12° to the right, 10° allowed: turn the"),
        ("near_duplicate", 5.0, 6.0, "The most similar image differs in 5 of 64 bits"),
    ],
)
def test_every_check_is_judged_again_from_its_stored_value(
    api, admin, project, check, value, stricter, words
):
    report = measured(project, value, check)
    row = QAThreshold.objects.get(qa_check__name=check, project=None)
    limits = {"warn_limit": stricter, "fail_limit": None}
    assert api(admin).patch(f"{URL}/{row.pk}", limits).status_code == 200
    make.run_jobs("cpu")
    result = report.results.get()
    assert (result.value, result.threshold, verdict(report)) == (value, stricter, Verdict.WARN)
    assert result.sentence.startswith(words)


def test_a_projects_own_limits_judge_it_alone_until_they_go(api, admin, project):
    report = measured(project, 6.0)
    body = {"check": "noise", "project": project.pk, "warn_limit": 1.0, "fail_limit": None}
    made = api(admin).post(URL, body).json()
    make.run_jobs("cpu")
    assert verdict(report) is Verdict.WARN
    assert api(admin).delete(f"{URL}/{made['id']}").status_code == 204
    make.run_jobs("cpu")
    assert verdict(report) is Verdict.PASS
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"qa_threshold.add", "qa_threshold.delete"} <= verbs


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"warn_limit": 9.0, "fail_limit": 5.0}, 400, "bad_limits"),
        ({"warn_limit": "x"}, 400, "invalid"),
        ({"warn_limit": 1e300}, 400, "invalid"),
    ],
)
def test_limits_that_make_no_sense_are_refused(api, admin, default, body, status, code):
    answer = api(admin).patch(f"{URL}/{default.pk}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_studios_limits_stay_and_a_project_has_one_set_of_its_own(api, admin, project, default):
    answer = api(admin).delete(f"{URL}/{default.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "default_stays")
    own = {"check": "noise", "project": project.pk}
    assert api(admin).post(URL, own).status_code == 201
    twice = api(admin).post(URL, own)
    assert (twice.status_code, twice.json()["code"]) == (409, "limits_there")
