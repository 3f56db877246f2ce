"""Cancelling and retrying a whole request, and everything of mine."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import mine
from jobs.models import Job, JobStatus
from studio.lib.errors import Forbidden
from tests import make
from tests.people.asking import signed_in
from variants import ordering
from variants.vocabulary import VariantStatus


@pytest.fixture
def ready(creator, character):
    return make.ready(creator, character)


def states(ordered):
    return {variant.state for variant in ordered.request.variants.all()}


def test_all_of_mine_is_stopped_and_nothing_of_others(admin, creator, ready):
    my = [ordering.order(creator, ready, make.wish(2)) for _ in range(2)]
    other = ordering.order(admin, ready, make.wish(1))
    checks = Job.objects.filter(asked_by=creator, queue__in=("cpu", "gpu")).open().count()
    assert mine.cancel_mine(creator) == 4 + checks
    assert states(my[0]) == states(my[1]) == {VariantStatus.CANCELLED}
    assert states(other) == {VariantStatus.PENDING}
    assert mine.cancel_mine(creator) == 0


def test_what_was_stopped_or_failed_today_is_queued_again(creator, ready):
    ordered = ordering.order(creator, ready, make.wish(3))
    mine.cancel_mine(creator)
    old = Job.objects.get(pk=ordered.jobs[0].pk)
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=2))
    again = Job.objects.filter(asked_by=creator, status_id=JobStatus.CANCELLED).count() - 1
    assert mine.retry_mine(creator) == again
    assert states(ordered) == {VariantStatus.PENDING, VariantStatus.CANCELLED}
    assert mine.retry_mine(creator) == 0


def test_what_follows_a_cancel_is_not_cancelled(creator, ready):
    job = ordering.order(creator, ready, make.wish(1)).jobs[0]
    Job.objects.filter(pk=job.pk).update(queue="io")
    mine.cancel_mine(creator)
    assert Job.objects.get(pk=job.pk).state is JobStatus.QUEUED


@pytest.mark.parametrize("step", [mine.cancel_mine, mine.retry_mine])
def test_a_reviewer_has_nothing_to_steer(reviewer, step):
    with pytest.raises(Forbidden):
        step(reviewer)


def test_the_buttons_and_the_api_do_it(creator, ready):
    page, api = (signed_in(creator, api=kind) for kind in (False, True))
    ordered = ordering.order(creator, ready, make.wish(2))
    html = page.get("/jobs/").content.decode()
    assert "Cancel all mine" in html
    assert "Retry all mine" in html
    assert page.post("/jobs/cancel-mine/").status_code == 302
    assert states(ordered) == {VariantStatus.CANCELLED}
    assert api.post("/api/v1/jobs/retry-mine").json()["retried"] >= 2
    assert states(ordered) == {VariantStatus.PENDING}
    assert api.post("/api/v1/jobs/cancel-mine/").json()["cancelled"] >= 2
    assert page.post("/jobs/retry-mine/").status_code == 302
    assert states(ordered) == {VariantStatus.PENDING}


def test_a_request_is_stopped_and_asked_for_again(creator, ready):
    page, api = (signed_in(creator, api=kind) for kind in (False, True))
    ordered = ordering.order(creator, ready, make.wish(2))
    url = f"/requests/{ordered.request.pk}"
    assert "Cancel what is open" in page.get(f"{url}/").content.decode()
    assert page.post(f"{url}/cancel/").status_code == 302
    assert states(ordered) == {VariantStatus.CANCELLED}
    html = page.get(f"{url}/").content.decode()
    assert "Cancel what is open" not in html
    assert "Retry what was not made" in html
    assert api.post(f"/api/v1{url}/retry").json() == {"retried": 2}
    assert states(ordered) == {VariantStatus.PENDING}
    assert api.post(f"/api/v1{url}/cancel").json() == {"cancelled": 2}
    assert page.post(f"{url}/retry/").status_code == 302
    assert states(ordered) == {VariantStatus.PENDING}


def test_the_page_says_how_many_and_says_it_where_there_is_none(page, creator, ready):
    browser = page(creator)
    ordering.order(creator, ready, make.wish(2))
    said = [browser.post("/jobs/cancel-mine/", follow=True).text for _ in range(2)]
    assert "of your jobs are cancelled." in said[0]
    assert "You have no job to cancel." in said[1]
