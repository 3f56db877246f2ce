"""The bare numbers of many reports at once, for lists; no verdicts, no sentences."""

from collections import defaultdict
from collections.abc import Iterable

from qa.models import QACheckResult

Scores = dict[str, float | None]  # the value by the name of the check, None for not measured


def scores_of(report_ids: Iterable[int]) -> dict[int, Scores]:
    """What each report measured, in one query; a report without checks has an empty entry."""
    found: dict[int, Scores] = defaultdict(dict)
    rows = QACheckResult.objects.filter(report__in=report_ids).order_by()
    for report, check, value in rows.values_list("report", "qa_check__name", "value"):
        found[report][check] = value
    return found
