"""Signing in, out, and changing the password, as a person does it in the browser."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from audit.models import AuditEvent
from tests import make

WRONG = "the wrong horse battery"


def sign_in(client, name="cleo", password=make.PASSWORD, **more):
    return client.post("/sign-in/", {"username": name, "password": password, **more})


def test_a_page_sends_to_sign_in_and_signing_in_leads_back_to_it(client, creator, character):
    sent = client.get(character.get_absolute_url())
    assert sent.url == f"/sign-in/?next={character.get_absolute_url()}"
    form = client.get(sent.url).content.decode()
    assert f'name="next" value="{character.get_absolute_url()}"' in form
    answer = sign_in(client, next=character.get_absolute_url())
    assert answer.url == character.get_absolute_url()
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:x"],
)
def test_signing_in_never_leads_to_another_site(client, creator, elsewhere):
    assert sign_in(client, next=elsewhere).url == "/"
    client.post("/settings/theme/", {"theme": "dark", "next": elsewhere}).url.startswith("/")
    assert client.post("/settings/theme/", {"theme": "dark", "next": elsewhere}).url == "/"


def test_an_unknown_name_and_a_wrong_password_get_the_same_page(client, creator):
    pages = []
    for name in ("cleo", "nobody", "CLEO"):
        answer = sign_in(client, name, WRONG)
        assert answer.status_code == 200
        text = answer.content.decode().replace(str(answer.context["csrf_token"]), "")
        pages.append(text.replace(f'value="{name}"', ""))
    assert len(set(pages)) == 1
    assert WRONG not in pages[0]


def test_who_has_been_deactivated_neither_signs_in_nor_stays(client, creator):
    sign_in(client)
    assert client.get("/settings/").status_code == 200
    creator.is_active = False
    creator.save()
    assert client.get("/settings/").status_code == 302
    assert sign_in(Client()).status_code == 200


def test_a_session_starts_anew_at_signing_in_and_ends_at_signing_out(client, creator):
    client.get("/sign-in/")
    sign_in(client)
    key = client.session.session_key
    assert Session.objects.filter(pk=key).exists()
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/settings/").status_code == 200
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/settings/").status_code == 302
    assert not Session.objects.filter(pk=key).exists()


def test_too_many_failures_lock_the_name_for_this_address(client, creator, reviewer, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = sign_in(client, password=WRONG)
    assert last.status_code == 429
    answer = sign_in(client)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "Wait 15 minutes" in answer.content.decode()
    assert client.get("/settings/").status_code == 302
    assert sign_in(Client(), "rex").url == "/", "others at this address still sign in"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere).url == "/", "and so does the person from another address"


def test_many_failures_lock_a_name_from_anywhere_and_an_address_with_every_name(
    client, creator, reviewer, settings
):
    settings.AXES_FAILURE_LIMIT = 2
    for number in range(10):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), password=WRONG)
    assert sign_in(Client(REMOTE_ADDR="203.0.113.99")).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="203.0.113.99"), "rex").url == "/"

    guesser = {"REMOTE_ADDR": "198.51.100.7"}
    for number in range(10):
        assert sign_in(Client(**guesser), "rex").status_code in (302, 429)
        sign_in(Client(**guesser), f"name{number}", WRONG)
    assert sign_in(Client(**guesser), "rex").status_code == 429
    assert sign_in(Client(), "rex").url == "/", "from elsewhere the name is as good as before"


def test_success_forgets_the_failures_before_it(client, creator, settings):
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            sign_in(client, password=WRONG)
        assert sign_in(client).url == "/"
        client.post("/sign-out/")


@pytest.mark.parametrize(
    "name", ["x" * 151, "x" * 5000, "nul\x00", "\N{PILE OF POO}", "' OR 1=1 --"]
)
def test_odd_names_are_refused_not_failed_over(client, db, name):
    assert sign_in(client, name, "x").status_code == 200
    body = {"username": name, "password": "x"}
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code in (400, 401)
    assert client.post("/admin/login/", body).url.startswith("/sign-in/")
    assert all(len(event.after["name"]) <= 150 for event in AuditEvent.objects.all())


def test_a_long_agent_and_a_long_address_are_no_fault_either(client, db):
    headers = {"User-Agent": "x" * 5000, "Accept": "text/html" + ";x" * 5000}
    body = {"username": "cleo", "password": WRONG}
    path = "/sign-in/?next=/" + "x" * 5000
    assert client.post(path, body, headers=headers).status_code == 200


def test_signing_in_and_failing_are_recorded_with_address_and_without_passwords(client, creator):
    sign_in(client, password=WRONG)
    sign_in(client, "nobody", WRONG)
    sign_in(client)
    events = list(AuditEvent.objects.filter(verb__startswith="user.").order_by("pk"))
    assert [event.verb for event in events] == [
        "user.sign_in_failed",
        "user.sign_in_failed",
        "user.sign_in",
    ]
    assert [event.after for event in events] == [{"name": "cleo"}, {"name": "nobody"}, {}]
    assert [event.actor for event in events] == [None, None, creator]
    assert {(event.address, event.channel) for event in events} == {("127.0.0.1", "page")}


def test_a_new_password_keeps_this_session_and_ends_the_others(client, creator):
    sign_in(client)
    elsewhere = Client()
    sign_in(elsewhere)
    new = "a different horse battery"
    body = {"old_password": make.PASSWORD, "new_password1": new, "new_password2": new}
    answer = client.post("/settings/password/", body)
    assert answer.url == "/settings/"
    assert "Your password is changed." in client.get("/settings/").content.decode()
    assert elsewhere.get("/settings/").status_code == 302
    assert sign_in(Client()).status_code == 200, "the old one no longer works"
    assert sign_in(Client(), password=new).status_code == 302
    event = AuditEvent.objects.get(verb="user.password")
    assert (event.actor, event.object_pk, event.before, event.after) == (
        creator,
        str(creator.pk),
        {},
        {},
    )


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        (WRONG, "a different horse battery", "a different horse battery", "old password"),
        (make.PASSWORD, "a different horse battery", "another horse battery", "match"),
        (make.PASSWORD, "short", "short", "at least 12"),
        (make.PASSWORD, "cleo@example.org", "cleo@example.org", "similar"),
        (make.PASSWORD, "1234567890123", "1234567890123", "numeric"),
    ],
)
def test_a_password_that_does_not_do_is_said_why(client, creator, old, new, again, sentence):
    sign_in(client)
    body = {"old_password": old, "new_password1": new, "new_password2": again}
    answer = client.post("/settings/password/", body)
    assert sentence in answer.content.decode()
    creator.refresh_from_db()
    assert creator.check_password(make.PASSWORD)


def test_the_settings_page_says_who_one_is(client, creator):
    sign_in(client)
    html = client.get("/settings/").content.decode()
    assert "cleo@example.org" in html
    assert "Creator" in html
    assert 'href="/settings/password/"' in html


def test_the_theme_is_remembered_in_a_cookie_and_drawn(client, creator):
    sign_in(client)
    answer = client.post("/settings/theme/", {"theme": "dark", "next": "/settings/"})
    assert answer.url == "/settings/"
    assert answer.cookies["theme"]["samesite"] == "Lax"
    assert 'data-theme="dark"' in client.get("/settings/").content.decode()
    client.post("/settings/theme/", {"theme": '"><script>'})
    assert client.cookies["theme"].value == "dark"
    client.post("/sign-out/")
    assert 'data-theme="dark"' in client.get("/sign-in/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get("/sign-in/").content.decode()


def test_the_theme_follows_the_person_to_another_device(client, creator):
    sign_in(client)
    client.post("/settings/theme/", {"theme": "light"})
    elsewhere = Client()
    assert sign_in(elsewhere).cookies["theme"].value == "light"
    assert 'data-theme="light"' in elsewhere.get("/settings/").content.decode()


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, creator):
    cookies = sign_in(client).cookies
    session = cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert cookies["csrftoken"]["samesite"] == "Lax"
