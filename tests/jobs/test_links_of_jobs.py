"""A job links to its result for those who may open it; pages of the admin are the admins'."""

import pytest
from django.urls import reverse

from jobs.asking import Ask, ask
from studio.lib import events


@pytest.fixture
def trial_page():
    return reverse("admin:variants_workflowtrial_change", args=[7])


@pytest.fixture
def job(project, admin, trial_page):
    asked = Ask(
        kind="workflow.trial", title="Test run · mine", args={"trial_id": 7}, url=trial_page
    )
    return ask(project.pk, admin, [asked])[0]


@pytest.mark.parametrize("place", ["/jobs/", "/jobs/tray/"])
def test_a_test_run_is_a_link_for_an_admin_alone(page, admin, creator, reviewer, job, place):
    link = f'href="{job.url}"'
    assert link in page(admin).get(place).text
    for person in (creator, reviewer):
        html = page(person).get(place).text
        assert "Test run · mine" in html
        assert link not in html


def test_the_api_says_the_same(api, admin, creator, job):
    assert api(admin).get(f"/api/v1/jobs/{job.pk}").json()["url"] == job.url
    assert api(creator).get(f"/api/v1/jobs/{job.pk}").json()["url"] == ""


def test_an_event_that_all_hear_names_no_page_of_the_admin(project, admin, trial_page, monkeypatch):
    told = []
    monkeypatch.setattr(events, "_hooks", [lambda event, _groups: told.append(event)])
    asked = Ask(kind="workflow.trial", title="Test run", args={"trial_id": 7}, url=trial_page)
    ask(project.pk, admin, [asked])
    assert [event["url"] for event in told] == [""]
