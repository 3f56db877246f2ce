"""Whatever goes wrong, a page says it in a sentence and leads on: dressed like the others."""

import re

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client

TOO_MUCH = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)


def read(answer):
    """The heading and the sentence of an error page, and where it leads."""
    html = answer.content.decode()
    assert "/static/css/base.css" in html
    heading = re.search(r"<h1>([^<]+)</h1>", html)[1]
    sentence = re.search(r"data-sentence>([^<]+)</p>", html)[1]
    assert sentence.endswith("."), sentence
    assert re.search(r'<a class="btn[^"]*" href="/', html), "a way on"
    return heading


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (400, "get", "/jobs/?status=odd", {}),
        (403, "get", "/operations/", {}),
        (404, "get", "/characters/999999/", {}),
        (404, "get", "/nowhere/", {}),
        (405, "get", "/jobs/cancel-mine/", {}),
        (409, "post", "/settings/two-factor/off/", {"code": "123456"}),
        (413, "post", "/settings/profile/", {"first_name": TOO_MUCH}),
    ],
)
def test_a_refusal_is_a_page(page, creator, status, method, path, body):
    answer = getattr(page(creator), method)(path, body)
    assert answer.status_code == status
    assert read(answer)


def test_a_form_without_its_token_is_told_to_reload(creator):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(creator, "people.backends.PeopleBackend")
    answer = browser.post("/settings/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert read(answer) == "The page was too old"


def test_too_many_at_once_say_how_long_to_wait(page, creator, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "search": 1}
    caches["rates"].clear()
    browser = page(creator)
    browser.get("/find/?q=a")
    answer = browser.get("/find/?q=a")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert read(answer)


def test_a_database_that_is_away_is_no_fault_of_ours(page, creator, monkeypatch):
    def away(*_):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("people.settings_views.two_factor.of", away)
    answer = page(creator).get("/settings/")
    assert answer.status_code == 503
    assert read(answer)


def test_a_defect_is_told_without_its_details(page, creator, monkeypatch):
    def broken(*_):
        raise RuntimeError("the secret of the machine")

    monkeypatch.setattr("people.settings_views.two_factor.of", broken)
    browser = page(creator)
    browser.raise_request_exception = False
    answer = browser.get("/settings/")
    assert answer.status_code == 500
    assert read(answer) == "Something broke on our side"
    assert b"secret" not in answer.content
