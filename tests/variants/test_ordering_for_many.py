"""One request for many characters: all of it or nothing, and quick however large."""

import pytest

from audit.models import AuditEvent
from characters import describing
from jobs.errors import TooManyWaiting
from jobs.models import Job, JobQueue
from studio.lib.errors import KeyReused
from tests import make
from variants import ordering
from variants.errors import BadBatch, BatchRefused
from variants.models import GenerationRequest, ImageVariant

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(creator, project):
    """Three characters that are ready."""
    return [make.ready(creator, make.character(creator, project, name=n)) for n in ("A", "B", "C")]


def test_each_character_gets_its_candidates_in_one_request(creator, cast):
    ordered = ordering.order_batch(creator, cast, make.wish(2))
    made = ordered.request.variants.order_by("id")
    assert [v.character.name for v in made] == ["A", "A", "B", "B", "C", "C"]
    assert [v.source_image for v in made] == [c.current_source for c in cast for _ in range(2)]
    assert len({v.seed for v in made}) == 6
    assert [v.job.title for v in made][:3] == [
        "A · clothed · candidate 1",
        "A · clothed · candidate 2",
        "B · clothed · candidate 1",
    ]
    assert all(v.job.args["variant_id"] == v.pk for v in made)
    recorded = AuditEvent.objects.get(verb="variant.generate").after
    assert recorded["characters"] == [c.pk for c in cast]


def test_one_that_is_not_ready_is_named_and_nothing_is_written(creator, cast, project):
    bare = make.character(creator, project, name="D")
    describing.archive_character(creator, cast[0])
    with pytest.raises(BatchRefused, match="2 of 4") as refused:
        ordering.order_batch(creator, [*cast, bare], make.wish(2))
    named = {row["name"]: row["code"] for row in refused.value.extra["refused"]}
    assert named == {"A": "archived", "D": "no_source"}
    assert (GenerationRequest.objects.count(), Job.objects.filter(queue="comfy").count()) == (0, 0)


def test_characters_of_two_projects_are_refused(admin, creator, cast):
    other = make.ready(admin, make.character(admin, make.project(admin, "Other"), name="E"))
    with pytest.raises(BadBatch):
        ordering.order_batch(admin, [*cast, other], make.wish(1))


def test_the_same_key_asks_once_and_for_these_characters_only(creator, cast):
    first = ordering.order_batch(creator, cast, make.wish(2), idempotency_key="k")
    again = ordering.order_batch(creator, cast, make.wish(2), idempotency_key="k")
    assert first.request == again.request
    assert ImageVariant.objects.count() == 6
    with pytest.raises(KeyReused):
        ordering.order_batch(creator, cast[:2], make.wish(2), idempotency_key="k")


def test_more_than_one_may_have_waiting_is_refused(creator, cast):
    JobQueue.objects.filter(name="comfy").update(user_waiting_max=5)
    with pytest.raises(TooManyWaiting):
        ordering.order_batch(creator, cast, make.wish(2))
    assert not GenerationRequest.objects.exists()


def test_the_queries_do_not_grow_with_the_count(creator, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        ordering.order_batch(creator, cast, make.wish(2))
    # SQLite takes at most 999 parameters a statement, so that many rows take many INSERTs.
    with django_assert_max_num_queries(120):
        ordering.order_batch(creator, cast, make.wish(64))


def test_by_api_a_thousand_at_once(creator, project, api):
    ids = [
        make.ready(creator, make.character(creator, project, name=f"c{number}")).pk
        for number in range(20)
    ]
    wish = {
        "character_ids": ids,
        "variant_type": "clothed",
        "workflow_id": make.workflow().pk,
        "count": 50,
    }
    answer = api(creator).post("/api/v1/variants/generate-batch", wish, format="json")
    assert answer.status_code == 202, answer.json()
    assert len(answer.json()["variant_ids"]) == len(answer.json()["job_ids"]) == 1000
    assert ImageVariant.objects.filter(job__isnull=False, status_id=1).count() == 1000


def test_by_api_a_foreign_character_is_not_there(creator, outsider, cast, admin, api):
    wish = {"character_ids": [cast[0].pk], "variant_type": "clothed", "workflow_id": 1}
    answer = api(outsider).post("/api/v1/variants/generate-batch", wish, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
