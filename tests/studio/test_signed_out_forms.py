"""A form that arrives after its sender was signed out: told, and led back to the form's page."""

import pytest

from studio.signed_out import NOTHING_DONE

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_says_that_nothing_was_changed(client):
    page = client.post("/projects/new/", {"name": "Lost"}, follow=True)
    assert NOTHING_DONE in page.content.decode()


def test_after_signing_in_one_comes_to_the_page_that_has_the_form(client):
    sent = {"HTTP_REFERER": "http://testserver/characters/7/?type=clothed"}
    answer = client.post("/variants/3/reject/", **sent)
    assert answer["Location"] == "/sign-in/?next=%2Fcharacters%2F7%2F%3Ftype%3Dclothed"


@pytest.mark.parametrize("referer", ["", "http://elsewhere.example/characters/7/"])
def test_from_nowhere_of_ours_one_comes_home(client, referer):
    answer = client.post("/variants/3/reject/", HTTP_REFERER=referer)
    assert answer["Location"] == "/sign-in/?next=%2F"


def test_what_htmx_was_redirected_to_leaves_the_sentence_to_the_page_that_is_shown(client):
    htmx = {"HTTP_HX_REQUEST": "true"}
    passed = client.post("/variants/3/reject/", follow=True, **htmx)
    assert NOTHING_DONE not in passed.content.decode()
    assert NOTHING_DONE in client.get("/characters/7/", follow=True).content.decode()


def test_a_page_that_was_only_opened_says_nothing(client):
    assert NOTHING_DONE not in client.get("/projects/", follow=True).content.decode()


def test_signing_out_says_nothing(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("leaver"))
    assert NOTHING_DONE not in client.post("/sign-out/", follow=True).content.decode()
