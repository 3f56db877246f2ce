"""Moving a waiting job to the front, and giving it another priority."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from audit.models import AuditEvent
from jobs import asking
from jobs.errors import NotWaiting
from jobs.models import Job
from studio.lib.errors import Forbidden
from tests import make


def test_it_starts_next_whatever_waits_before_it(work, admin):
    jobs = work.ask(4)
    Job.objects.filter(pk=jobs[1].pk).update(priority=5)
    asking.to_front(work.creator, jobs[3])
    order = [work.claim().job.pk for _ in range(4)]
    assert order == [jobs[3].pk, jobs[1].pk, jobs[0].pk, jobs[2].pk]


def test_it_does_not_wait_for_the_end_of_a_pause_after_an_error(work):
    job = work.one()
    Job.objects.filter(pk=job.pk).update(due_at=Now() + timedelta(hours=1))
    asking.to_front(work.creator, job)
    assert work.claim().job.pk == job.pk


def test_the_next_jobs_of_that_person_keep_their_turn(work):
    first, second = work.ask(2)
    asking.to_front(work.creator, second)
    later = work.one()
    assert [work.claim().job.pk for _ in range(3)] == [second.pk, first.pk, later.pk]


def test_a_job_that_runs_has_no_place_to_move(work):
    job = work.one()
    work.claim()
    with pytest.raises(NotWaiting, match="running") as refused:
        asking.to_front(work.creator, job)
    assert refused.value.status == 409


def test_it_is_recorded(work):
    job = work.one()
    asking.to_front(work.creator, job)
    event = AuditEvent.objects.get(verb="job.front")
    assert (event.actor, event.object_pk) == (work.creator, str(job.pk))


def test_a_reviewer_may_not(work):
    with pytest.raises(Forbidden):
        asking.to_front(make.member(work.project, "rex", "Reviewer"), work.one())


def test_by_page_and_by_api(work, api, page):
    first, second, third = work.ask(3)
    assert page(work.creator).post(f"/jobs/{third.pk}/front/").status_code == 302
    assert api(work.creator).post(f"/api/v1/jobs/{second.pk}/front").json()["id"] == second.pk
    assert [work.claim().job.pk for _ in range(3)] == [second.pk, third.pk, first.pk]


def test_a_priority_is_the_admins(work, admin):
    first, second = work.ask(2)
    with pytest.raises(Forbidden):
        asking.prioritise(work.creator, second, 1)
    asking.prioritise(admin, second, 1)
    assert [work.claim().job.pk for _ in range(2)] == [second.pk, first.pk]
    assert AuditEvent.objects.get(verb="job.prioritise").after["priority"] == 1
