"""The tokens' stylesheet is kept for long under its own hash only."""

from django.test import RequestFactory

from studio.tokens import address, tokens_css

GET = RequestFactory().get


def test_under_its_hash_it_is_kept_for_a_year() -> None:
    response = tokens_css(GET(address()))
    assert response["Content-Type"].startswith("text/css")
    assert "immutable" in response["Cache-Control"]
    assert b"--color-accent:" in response.content


def test_under_an_old_hash_it_is_asked_again() -> None:
    response = tokens_css(GET("/tokens.css?v=000000000000"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"
