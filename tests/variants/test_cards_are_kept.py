"""The gallery's cards are kept as HTML: they follow every change, and rights are not shared."""

import pytest
from django.test import Client

from jobs.models import Job
from qa.models import QAReport
from tests import make
from variants import ordering, quarantining, reviewing
from variants.models import ImageVariant


@pytest.fixture
def variants(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def html(client, character, **query):
    return client.get(character.get_absolute_url(), query, headers={"HX-Request": "true"}).text


def test_a_card_follows_a_decision(page, creator, character, variants):
    browser = page(creator)
    assert 'data-hero="yes"' not in html(browser, character)
    reviewing.approve(creator, variants[0])
    assert html(browser, character).count('data-hero="yes"') == 1


def test_a_card_follows_its_checks(page, creator, character, variants):
    browser = page(creator)
    assert "Gone." not in html(browser, character)
    report = QAReport.objects.create(
        project_id=character.project_id, subject="variant", error="Gone."
    )
    ImageVariant.objects.filter(pk=variants[1].pk).update(qa_report=report)
    assert html(browser, character).count("Gone.") == 1
    QAReport.objects.filter(pk=report.pk).update(error="")
    assert "Gone." not in html(browser, character)


def test_a_card_follows_its_job(page, creator, character):
    make.ready(creator, character)
    variant = ordering.order(creator, character, make.wish(1)).variants[0]
    browser = page(creator)
    assert "step 4 of 20" not in html(browser, character)
    Job.objects.filter(pk=variant.job_id).update(note="KSampler, step 4 of 20")
    assert "step 4 of 20" in html(browser, character)


def test_a_reviewer_gets_no_card_that_was_kept_for_a_creator(
    page, creator, reviewer, character, variants
):
    more = f"/variants/{variants[0].pk}/more/"
    assert more in html(page(creator), character)
    assert more not in html(page(reviewer), character)
    assert more in html(page(creator), character)


def test_every_reader_gets_a_form_token_of_their_own(character, variants, creator):
    tokens = set()
    for _ in range(2):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(creator, "people.backends.PeopleBackend")
        shown = html(browser, character)
        token = shown.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        tokens.add(token)
        answer = browser.post(
            f"/variants/{variants[0].pk}/reject/", {"csrfmiddlewaretoken": token, "note": "no"}
        )
        assert answer.status_code == 302
    assert len(tokens) == 2


def test_what_an_admin_may_look_at_is_not_kept_for_others(admin, creator, character, variants):
    """Admins see a general-rated image that they withheld; their rights are else a creator's."""
    quarantining.quarantine(admin, variants[0], "A takedown request")
    address = f"/media/variants/{variants[0].pk}/"
    for person, shown in ((admin, True), (creator, False), (admin, True)):
        browser = Client()
        browser.force_login(person, "people.backends.PeopleBackend")
        assert (address in html(browser, character)) is shown
