"""Checks in new units take former values away; verdicts follow what is left (migration 0005)."""

from importlib import import_module

import pytest

from qa.inspection import open_report
from qa.models import QACheck, QACheckResult, QAReport

MIGRATION = import_module("qa.migrations.0005_checks_of_scale_and_pose")


@pytest.mark.parametrize("left", [{"exposure": 1, "noise": 2}, {"exposure": 3}, {"exposure": 1}])
def test_a_finished_report_says_the_worst_of_the_checks_that_are_left(project, left):
    report = open_report(project.pk, "source")
    for name, verdict in left.items():
        check = QACheck.objects.get(name=name)
        report.results.create(qa_check=check, value=1, verdict_id=verdict, sentence="Measured.")
    now = report.created_at
    QAReport.objects.filter(pk=report.pk).update(
        measured_at=now, faces_read_at=now, finished_at=now, verdict=3
    )
    MIGRATION.settle(QAReport.objects.all(), QACheckResult.objects.all())
    report.refresh_from_db()
    assert report.verdict_id == max(left.values())


def test_a_report_without_a_verdict_gets_none(project):
    report = open_report(project.pk, "source")
    MIGRATION.settle(QAReport.objects.all(), QACheckResult.objects.all())
    report.refresh_from_db()
    assert report.verdict_id is None
