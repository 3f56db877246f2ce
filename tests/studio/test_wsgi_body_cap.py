"""gunicorn's entry cuts bodies as Daphne's does: 413, and nothing of it is read."""

import io
import json
from wsgiref.util import setup_testing_defaults

from django.conf import settings

from studio.wsgi import application


class Unread(io.RawIOBase):
    """A body of which no byte may be asked for."""

    def readinto(self, _):
        raise AssertionError("the body was read")


def call(**environ):
    said = []
    setup_testing_defaults(environ)
    environ |= {"HTTP_HOST": "127.0.0.1", "PATH_INFO": "/sign-in/"}
    body = b"".join(application(environ, lambda status, headers: said.extend([status, headers])))
    return said[0], dict(said[1]), body


def test_a_body_that_is_too_large_is_refused_unread():
    length = str(settings.MAX_BODY_BYTES + 1)
    status, headers, body = call(
        REQUEST_METHOD="POST", CONTENT_LENGTH=length, **{"wsgi.input": Unread()}
    )
    assert status.startswith("413 ")
    assert headers["Connection"] == "close"
    assert json.loads(body)["code"] == "too_large"
    assert "61 MB" in json.loads(body)["detail"]


def test_a_browser_that_posted_a_form_gets_a_page():
    status, headers, body = call(
        REQUEST_METHOD="POST",
        CONTENT_LENGTH=str(settings.MAX_BODY_BYTES + 1),
        HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8",
        HTTP_REFERER="http://127.0.0.1/characters/5/editing/",
        **{"wsgi.input": Unread()},
    )
    assert status.startswith("413 ")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    page = body.decode()
    assert page.startswith("<!doctype html>")
    assert "That is too large" in page
    assert "larger than 61 MB" in page
    assert 'href="http://127.0.0.1/characters/5/editing/"' in page


def test_what_fits_reaches_the_product(db):
    status, headers, body = call(REQUEST_METHOD="GET")
    assert status == "200 OK"
    assert "Content-Security-Policy" in headers
    assert b"csrfmiddlewaretoken" in body
