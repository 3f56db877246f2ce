"""The tray tells what runs, waits and has just ended, and offers what the person may do."""

import pytest
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from jobs import asking, queues
from jobs.asking import Ask, ask
from jobs.models import Job, JobQueue, JobStatus
from tests import make


@pytest.fixture
def asked(project, creator):
    """`asked(2)` waiting jobs of the creator; `asked(by=…)` one of somebody else."""

    def write(count=1, by=creator, kind="variant.generate"):
        asks = [Ask(kind, f"clothed · candidate {number + 1}", {}) for number in range(count)]
        return ask(project.pk, by, asks)

    return write


def is_running(job, progress=0.47, note="KSampler · step 14 of 30", **fields):
    until = timezone.now() + timezone.timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(
        status_id=JobStatus.RUNNING, lease_owner="w", lease_until=until, attempts=1,
        started_at=timezone.now() - timezone.timedelta(seconds=47),
        progress=progress, note=note, **fields,
    )  # fmt: skip


def has_ended(job, status, **fields):
    Job.objects.filter(pk=job.pk).update(
        status_id=status, started_at=Now(), finished_at=Now(), **fields
    )


def tray(browser):
    return browser.get("/jobs/tray/").content.decode()


def test_a_running_job_says_how_far_it_is_and_how_long_it_takes(page, creator, asked):
    (job,) = asked()
    is_running(job)
    html = tray(page(creator))
    assert "1 job running" in html
    assert "KSampler · step 14 of 30" in html
    assert 'aria-valuenow="47"' in html
    assert "47 s" in html
    assert "about 53 s left" in html
    assert f"/jobs/{job.pk}/cancel/" in html


def test_nothing_is_estimated_before_there_is_something_to_estimate_by(page, creator, asked):
    first, second = asked(2)
    is_running(first, progress=0.01)
    is_running(second)
    Job.objects.filter(pk=second.pk).update(attempts=2)
    assert "left" not in tray(page(creator))


def test_a_waiting_job_says_how_many_are_ahead(page, creator, reviewer, asked):
    *_others, last = asked(4)
    html = tray(page(creator))
    assert "next in turn" in html
    assert "3 ahead" in html
    asking.to_front(creator, last)
    assert tray(page(creator)).index(f"job-{last.pk}-progress") < html.index("1 ahead")


def test_a_failed_job_says_why_and_offers_a_retry(page, creator, asked):
    (job,) = asked()
    has_ended(job, JobStatus.FAILED, error="The server went away.", error_code="away")
    html = tray(page(creator))
    assert "The server went away." in html
    assert f"/jobs/{job.pk}/retry/" in html


def test_what_is_done_stays_a_while_but_for_what_only_follows(page, creator, asked):
    (made,), (check,) = asked(), asked(kind="variant.qa")
    for job in (made, check):
        has_ended(job, JobStatus.SUCCEEDED)
    html = tray(page(creator))
    assert f"job-{made.pk}-progress" in html
    assert f"job-{check.pk}-progress" not in html
    Job.objects.filter(pk=made.pk).update(finished_at=timezone.now() - timezone.timedelta(hours=2))
    assert "Nothing runs and nothing waits." in tray(page(creator))


def test_one_sees_everybody_s_jobs_or_mine_alone_and_that_stays(page, creator, project, asked):
    colleague = make.member(project, "otto", "Creator")
    asked()
    asked(2, by=colleague)
    browser = page(creator)
    assert "3 jobs waiting" in tray(browser)
    browser.post("/jobs/tray/whose/", {"whose": "mine"})
    assert "1 job waiting" in tray(browser)
    elsewhere = Client()
    elsewhere.force_login(creator, "people.backends.PeopleBackend")
    assert "1 job waiting" in tray(elsewhere), "on another device too"
    browser.post("/jobs/tray/whose/", {"whose": "nobody's"})
    assert "1 job waiting" in tray(browser)
    assert "3 jobs waiting" in tray(page(colleague))


def test_only_an_admin_pauses_and_resumes(page, admin, creator, asked):
    asked()
    assert "/queues/comfy/pause/" not in tray(page(creator))
    browser = page(admin)
    assert "/queues/comfy/pause/" in tray(browser)
    browser.post("/queues/comfy/pause/")
    assert queues.queue_named("comfy").paused
    assert "/queues/comfy/resume/" in tray(browser)
    assert "when an admin resumes it" in tray(page(creator))
    page(admin).post("/queues/comfy/resume/")
    assert not JobQueue.objects.filter(paused=True).exists()


def test_an_empty_tray_says_so(page, creator, project):
    assert "Nothing runs and nothing waits." in tray(page(creator))


def test_who_may_not_steer_sees_no_button(page, reviewer, asked):
    asked()
    assert "/cancel/" not in tray(page(reviewer))


def test_the_broadcast_part_replaces_the_one_in_the_tray(page, creator, asked):
    (job,) = asked()
    is_running(job)
    job.refresh_from_db()
    part = render_to_string("jobs/_progress.html", {"job": job, "preview": "data:image/webp;,"})
    html = tray(page(creator))
    for name in (f'id="job-{job.pk}-progress"', f'id="job-{job.pk}-preview"'):
        assert name in part
        assert name in html
    assert "hx-swap-oob" in part
    assert "hx-swap-oob" not in html
