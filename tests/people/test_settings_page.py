"""The settings page: one's profile, and the tokens of one's programs."""

from rest_framework.test import APIClient

from audit.models import AuditEvent
from people.tokens import open_tokens
from tests import make

TOKEN, REFRESH = "/api/v1/auth/token", "/api/v1/auth/token/refresh"


def refresh_token(name="cleo"):
    answer = APIClient().post(TOKEN, {"username": name, "password": make.PASSWORD})
    return answer.json()["refresh"]


def is_good(refresh):
    return APIClient().post(REFRESH, {"refresh": refresh}).status_code == 200


def test_a_profile_is_changed_by_its_person(page, creator):
    said = {"first_name": "Cleo", "last_name": "Marsh", "email": "cleo@example.org"}
    assert page(creator).post("/settings/profile/", said).url == "/settings/"
    creator.refresh_from_db()
    assert (creator.get_full_name(), creator.username) == ("Cleo Marsh", "cleo")
    event = AuditEvent.objects.get(verb="user.profile")
    assert event.after == {"fields": ["first_name", "last_name"]}


def test_nothing_else_of_a_person_can_be_set_there(page, creator):
    body = {"first_name": "C", "is_superuser": "1", "is_staff": "1", "username": "root"}
    page(creator).post("/settings/profile/", body)
    creator.refresh_from_db()
    assert (creator.is_superuser, creator.is_staff, creator.username) == (False, False, "cleo")


def test_a_wrong_address_is_said_beside_its_field(page, creator):
    answer = page(creator).post("/settings/profile/", {"first_name": "Cleo", "email": "nowhere"})
    assert answer.status_code == 400
    assert 'value="Cleo"' in answer.text
    assert "valid email" in answer.text


def test_a_token_is_ended_from_the_page_and_nobody_else_s(page, creator, reviewer):
    first, foreign = refresh_token(), refresh_token("rex")
    refresh_token()
    browser = page(creator)
    newest, oldest = browser.get("/settings/").context["tokens"]
    browser.post(f"/settings/tokens/{oldest.pk}/end/")
    assert list(open_tokens(creator)) == [newest]
    page(reviewer).post(f"/settings/tokens/{newest.pk}/end/")
    assert list(open_tokens(creator)) == [newest]
    page(creator).post("/settings/tokens/end/")
    assert not page(creator).get("/settings/").context["tokens"]
    assert not is_good(first)
    assert is_good(foreign)
