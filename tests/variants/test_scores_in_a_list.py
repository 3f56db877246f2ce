"""The list of a character's variants carries the number of every check, in one query for all."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from qa.models import QACheckResult
from tests import make
from variants.models import ImageVariant


def _list(client, character):
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"/api/v1/characters/{character.pk}/variants").json()
    return answer["results"], [q for q in asked if "qa_check_results" in q["sql"]]


def test_each_variant_has_the_values_that_its_report_stores(api, creator, character):
    make.ready(creator, character)
    client = api(creator)
    for variant in make.generated(creator, character, 2):
        client.post(f"/api/v1/characters/{character.pk}/variants/{variant.pk}/rerun-qa")
    make.run_jobs("cpu")
    listed, asked = _list(client, character)
    for row in listed:
        report = ImageVariant.objects.get(pk=row["id"]).qa_report
        stored = QACheckResult.objects.filter(report=report)
        assert row["qa_scores"] == dict(stored.values_list("qa_check__name", "value"))
        assert row["qa_scores"]["sharpness"] > 0
    assert len(asked) == 2  # the checks of the source, and those of all variants


def test_before_the_checks_there_are_no_scores(api, creator, character):
    make.ready(creator, character)
    make.generated(creator, character, 1)
    (row,), _ = _list(api(creator), character)
    assert row["qa_scores"] == {}
