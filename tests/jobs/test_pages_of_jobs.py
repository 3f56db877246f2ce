"""The list of jobs is filtered and paged by its address; each job has a page."""

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from jobs.asking import Ask, ask
from jobs.models import Job, JobAttempt, JobStatus
from studio.lib.pages import PAGE
from tests import make


@pytest.fixture
def asked(project, creator):
    def write(title, by=creator, kind="qa.rejudge", where=project):
        return ask(where.pk, by, [Ask(kind, title, {}, url="/variants/1/")])[0]

    return write


@pytest.fixture
def titles(page, creator):
    """The titles on a page of the list, as the creator sees it."""

    def read(query=""):
        answer = page(creator).get(f"/jobs/{query}")
        assert answer.status_code == 200, answer.content
        return [one.job.title for one in answer.context["jobs"]]

    return read


def test_each_filter_leaves_what_it_says(asked, titles, project, admin, creator):
    other = make.project(admin, "Southlight")
    make.managing.add_member(admin, other, creator.username)
    asked("theirs", by=admin)
    asked("a generation", kind="variant.generate")
    asked("elsewhere", where=other)
    old = asked("old")
    Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timezone.timedelta(days=9))
    failed = asked("failed")
    Job.objects.filter(pk=failed.pk).update(status_id=JobStatus.FAILED, finished_at=Now())
    today = timezone.now().date().isoformat()
    everything = {"failed", "old", "elsewhere", "a generation", "theirs"}
    assert set(titles()) == everything
    assert set(titles("?status=failed")) == {"failed"}
    assert set(titles("?kind=variant.generate")) == {"a generation"}
    assert set(titles("?whose=mine")) == everything - {"theirs"}
    assert set(titles(f"?project={other.pk}")) == {"elsewhere"}
    assert set(titles(f"?since={today}")) == everything - {"old"}
    assert set(titles(f"?until={old.created_at:%Y-%m-%d}&status=queued&kind=&whose=")) == (
        everything - {"failed"}
    )
    assert titles("?project=9999999999999999999999") == []


@pytest.mark.parametrize(
    "query", ["status=odd", "kind=odd", "whose=odd", "project=odd", "since=odd", "cursor=odd"]
)
def test_an_unknown_word_is_refused_with_a_sentence(page, creator, project, query):
    answer = page(creator).get(f"/jobs/?{query}")
    assert answer.status_code == 400
    assert "data-sentence" in answer.text


def test_older_jobs_are_a_page_further_and_filters_go_along(page, asked, titles, creator):
    for number in range(PAGE + 1):
        asked(f"job {number}")
    answer = page(creator).get("/jobs/?whose=mine")
    following = answer.context["next_url"]
    assert "whose=mine" in following
    assert titles("?whose=mine")[-1] == "job 1"
    assert titles(following) == ["job 0"]
    assert "Newest" in page(creator).get(f"/jobs/{following}").text


def test_a_job_has_a_page_with_its_attempts_and_its_way_to_the_result(page, asked, creator):
    job = asked("clothed · candidate 1")
    Job.objects.filter(pk=job.pk).update(
        status_id=JobStatus.FAILED, error="The server went away.", error_code="away",
        started_at=Now(), finished_at=Now(), attempts=2,
    )  # fmt: skip
    for fence, outcome in ((1, "retried"), (2, "failed")):
        JobAttempt.objects.create(
            job=job, group=1, fence=fence, owner="w", outcome=outcome, finished_at=Now(),
            error="The server went away.",
        )  # fmt: skip
    html = page(creator).get(f"/jobs/{job.pk}/").text
    assert "The server went away." in html
    assert "Retried" in html
    assert 'href="/variants/1/"' in html
    assert f'href="/jobs/{job.pk}/"' in page(creator).get("/jobs/").text


def test_a_button_leads_back_to_the_page_it_stood_on(page, asked, creator):
    job = asked("work")
    here = f"/jobs/{job.pk}/"
    assert page(creator).post(f"{here}cancel/", {"next": here}).url == here
    away = page(creator).post(f"{here}retry/", {"next": "https://elsewhere.example/"})
    assert away.url == "/jobs/"


def test_the_list_opens_with_the_filters_that_it_was_left_with(page, creator, project):
    browser = page(creator)
    browser.post("/jobs/left/", {"query": "?status=failed&whose=&cursor=x&odd=1"})
    elsewhere = Client()
    elsewhere.force_login(creator, "people.backends.PeopleBackend")
    assert elsewhere.get("/jobs/").url == "/jobs/?status=failed"
    assert browser.get("/jobs/?whose=all").status_code == 200
    browser.post("/jobs/left/", {"query": "?whose=all"})
    assert browser.get("/jobs/").url == "/jobs/?whose=all"


@pytest.mark.parametrize("query", ["status=odd", "since=tomorrow", "kind=%00"])
def test_filters_that_the_list_does_not_know_are_not_kept(page, creator, project, query):
    browser = page(creator)
    assert browser.post("/jobs/left/", {"query": query}).status_code == 400
    assert browser.get("/jobs/").status_code == 200
