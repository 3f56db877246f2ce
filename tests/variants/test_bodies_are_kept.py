"""The bodies of the API's list are kept: they follow every change, and are never another's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from qa.models import QAReport
from tests import make
from variants import ordering, quarantining, reviewing, tagging
from variants.models import ImageVariant
from variants.options import Options
from variants.vocabulary import ScenePreset

BESIDE = ("generation_params", "qa", "faces", "likeness_to_heroes", "qa_scores")


@pytest.fixture
def variants(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def listed(client, character, **query):
    answer = client.get(f"/api/v1/characters/{character.pk}/variants", query)
    assert answer["Content-Type"] == "application/json"
    return answer.json()["results"]


def without_extras(body):
    return {name: value for name, value in body.items() if name not in BESIDE}


def test_a_row_of_the_list_says_what_the_variant_itself_says(api, creator, character, variants):
    client = api(creator)
    for _ in range(2):
        for row in listed(client, character):
            alone = client.get(f"/api/v1/characters/{character.pk}/variants/{row['id']}").json()
            assert without_extras(row) == without_extras(alone)


def test_the_second_reading_loads_no_variant(api, creator, character, variants):
    client = api(creator)
    loaded = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            listed(client, character)
        loaded.append([query for query in asked if '"negative_prompt"' in query["sql"]])
    assert [len(queries) for queries in loaded] == [1, 0]


def test_a_body_follows_decisions_and_tags(api, creator, character, variants):
    client = api(creator)
    assert [row["status"] for row in listed(client, character)] == ["generated"] * 3
    reviewing.approve(creator, variants[0])
    tagging.tag(creator, variants[1], ["rain"])
    newest, tagged, hero = listed(client, character)
    assert (hero["status"], hero["is_hero"]) == ("approved", True)
    assert (tagged["tags"], newest["tags"]) == (["rain"], [])


def test_a_body_follows_its_job_and_its_report(api, creator, character):
    make.ready(creator, character)
    variant = ordering.order(creator, character, make.wish(1)).variants[0]
    client = api(creator)
    assert listed(client, character)[0]["note"] == ""
    Job.objects.filter(pk=variant.job_id).update(note="KSampler, step 4 of 20")
    assert listed(client, character)[0]["note"] == "KSampler, step 4 of 20"
    report = QAReport.objects.create(
        project_id=character.project_id, subject="variant", error="Gone."
    )
    ImageVariant.objects.filter(pk=variant.pk).update(qa_report=report)
    assert listed(client, character)[0]["qa_status"] == "fail"
    QAReport.objects.filter(pk=report.pk).update(error="")
    assert listed(client, character)[0]["qa_status"] == "run"


def test_a_body_follows_the_name_of_its_preset(api, creator, character):
    make.ready(creator, character)
    scene = ScenePreset.objects.create(name="quay", prompt="on a quay")
    ordering.order(creator, character, make.wish(1, options=Options(scene="quay")))
    client = api(creator)
    assert listed(client, character)[0]["scene"] == "quay"
    scene.name = "harbour"
    scene.save()
    assert listed(client, character)[0]["scene"] == "harbour"


def test_addresses_are_those_of_the_site_that_is_asked(api, creator, character, variants, settings):
    settings.ALLOWED_HOSTS = ["studio.example", "testserver"]
    client = api(creator)
    for host in ("studio.example", "testserver"):
        client.defaults["SERVER_NAME"] = host
        assert listed(client, character)[0]["file_url"].startswith(f"http://{host}/")


def test_what_an_admin_may_look_at_is_not_kept_for_others(api, admin, creator, character, variants):
    quarantining.quarantine(admin, variants[0], "A takedown request")
    for person, shown in ((admin, True), (creator, False), (admin, True)):
        (row,) = (r for r in listed(api(person), character) if r["id"] == variants[0].pk)
        assert (row["file_url"] is not None, row["withheld"] == "") == (shown, shown)
