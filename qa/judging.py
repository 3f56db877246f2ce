"""Judging stored values again by the limits of now. No pixel is looked at."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max, Q

from qa.inspection import face_rules, limits_of
from qa.models import FaceEmbedding, QACheck, QACheckResult, QAReport, QAThreshold
from qa.policy import Limits, Verdict, judge_check

AT_ONCE = 500


def projects_judged_by(check: QACheck) -> list[int]:
    """Projects with values of this check that the studio's limits judge."""
    own = QAThreshold.objects.filter(qa_check=check, project__isnull=False)
    judged = QACheckResult.objects.filter(qa_check=check, value__isnull=False)
    theirs = judged.exclude(report__project__in=own.values("project"))
    return list(theirs.order_by().values_list("report__project", flat=True).distinct())


def judge_again(project_id: int, check: str) -> Iterator[float]:
    """Judge every value of a check in a project, some at a time; yields how far it is (0 to 1)."""
    measured = Q(qa_check__name=check, report__project_id=project_id, value__isnull=False)
    rows = QACheckResult.objects.filter(measured).order_by("pk")
    total, done, last = rows.count(), 0, 0
    while chunk := list(rows.filter(pk__gt=last).values_list("pk", "report_id")[:AT_ONCE]):
        _judge(project_id, check, {report_id for _pk, report_id in chunk})
        last, done = chunk[-1][0], done + len(chunk)
        yield min(done / max(total, 1), 1.0)


def _judge(project_id: int, check: str, report_ids: set[int]) -> None:
    with transaction.atomic():
        held = QAReport.objects.select_for_update(of=("self",)).select_related("project")
        # By id, as those who measure likeness anew come by: neither then waits for the other's.
        reports = list(held.filter(pk__in=report_ids).order_by("pk"))
        rules = {report.pk: face_rules(report) for report in reports}
        limits = limits_of(project_id).get(check)
        results = QACheckResult.objects.filter(
            report__in=reports, qa_check__name=check, value__isnull=False
        )
        models = _limits_of_models(report_ids) if limits is None and check == "likeness" else {}
        judged = list(results)
        for result in judged:
            allowed = limits or models.get(result.report_id, Limits())
            judgement = judge_check(check, result.value, allowed, faces=rules[result.report_id])
            result.verdict_id = judgement.verdict
            result.threshold = judgement.threshold
            result.sentence = judgement.sentence
        QACheckResult.objects.bulk_update(judged, ["verdict", "threshold", "sentence"])
        _settle([report.pk for report in reports if report.finished_at])


def _settle(report_ids: list[int]) -> None:
    """The worst of a finished report's checks is its verdict."""
    given = QACheckResult.objects.filter(report__in=report_ids, verdict__isnull=False)
    worst = given.order_by().values_list("report").annotate(worst=Max("verdict_id"))
    by_verdict: dict[int, list[int]] = {}
    for report_id, verdict in worst:
        by_verdict.setdefault(verdict, []).append(report_id)
    for verdict, ids in by_verdict.items():
        QAReport.objects.filter(pk__in=ids).update(verdict_id=Verdict(verdict))


def _limits_of_models(report_ids: set[int]) -> dict[int, Limits]:
    faces = FaceEmbedding.objects.filter(report__in=report_ids).select_related("model")
    return {face.report_id: face.model.limits for face in faces}
