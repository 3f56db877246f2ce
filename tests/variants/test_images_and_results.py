"""Every image of a character in one list, and what came of a job, by its id or its prompt."""

from datetime import datetime
from uuid import uuid4

import pytest

from jobs import asking
from tests.people.asking import signed_in


def test_sources_and_variants_come_together_newest_first_in_pages(cast):
    client, ready = signed_in(cast.reviewer, api=True), cast.ours.ready
    url = f"/api/v1/characters/{ready.pk}/images"
    whole = client.get(url).json()["results"]
    kinds = {row["image_id"].split("-")[0] for row in whole}
    assert kinds == {"s", "v"}
    made = [datetime.fromisoformat(row["created_at"]) for row in whole]
    assert made == sorted(made, reverse=True)
    assert {f"s-{cast.ours.source.pk}", f"v-{cast.ours.hero.pk}"} <= {r["image_id"] for r in whole}
    assert f"v-{cast.ours.trashed.pk}" not in {row["image_id"] for row in whole}
    paged, query = [], "?limit=1"
    while query:
        page = client.get(url + query).json()
        paged += page["results"]
        query = page["next"]
    assert [row["image_id"] for row in paged] == [row["image_id"] for row in whole]


def test_the_current_source_and_the_hero_are_marked(cast):
    client = signed_in(cast.reviewer, api=True)
    rows = client.get(f"/api/v1/characters/{cast.ours.ready.pk}/images").json()["results"]
    by_id = {row["image_id"]: row for row in rows}
    assert by_id[f"s-{cast.ours.source.pk}"]["is_current"] is True
    assert by_id[f"v-{cast.ours.hero.pk}"]["is_hero"] is True


@pytest.mark.parametrize(
    "cursor", ["bnVsbA==", "WzEsMiwzXQ==", "e30=", "W10=", "eyJzIjogIngiLCAidiI6IDF9", "x"]
)
def test_a_cursor_of_another_list_is_refused(cast, cursor):
    url = f"/api/v1/characters/{cast.ours.ready.pk}/images"
    answer = signed_in(cast.reviewer, api=True).get(url, {"cursor": cursor})
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.json()["code"] == "bad_cursor"


def test_a_poll_says_how_a_job_stands(cast):
    client, ours = signed_in(cast.creator, api=True), cast.ours
    waiting = client.get(f"/api/v1/jobs/{ours.waiting_job.pk}/results").json()
    assert (waiting["status"], waiting["images"]) == ("in_progress", [])
    failed = client.get(f"/api/v1/jobs/{ours.failed_job.pk}/results").json()
    assert (failed["status"], failed["code"]) == ("failed", "x")
    asking.cancel(cast.creator, ours.waiting_job)
    stopped = client.get(f"/api/v1/jobs/{ours.waiting_job.pk}/results").json()
    assert (stopped["status"], stopped["code"]) == ("failed", "cancelled")


def test_a_poll_by_the_prompt_finds_the_same_job(cast):
    client, ours = signed_in(cast.creator, api=True), cast.ours
    found = client.get(f"/api/v1/jobs/by-prompt/{ours.prompt}/results").json()
    assert (found["job_id"], found["prompt_id"]) == (ours.hero.job_id, str(ours.prompt))
    assert [image["id"] for image in found["images"]] == [ours.hero.pk]
    for prompt in (cast.theirs.prompt, uuid4()):
        assert client.get(f"/api/v1/jobs/by-prompt/{prompt}/results").status_code == 404


def test_a_prompt_that_was_told_is_found_before_it_is_sent_and_after_it_was_stopped(cast):
    client, ours = signed_in(cast.creator, api=True), cast.ours
    told = ours.waiting_job.args["prompt_id"]
    url = f"/api/v1/jobs/by-prompt/{told}/results"
    found = client.get(url).json()
    assert (found["job_id"], found["prompt_id"]) == (ours.waiting_job.pk, told)
    assert found["status"] == "in_progress"
    assert signed_in(cast.outsider, api=True).get(url).status_code == 404
    asking.cancel(cast.creator, ours.waiting_job)
    assert client.get(url).json()["code"] == "cancelled"
