"""A second factor: off until a person turns it on, then asked for on every way in."""

import re
import time

import pyotp
import pytest
from django.test import Client
from rest_framework.test import APIClient

from audit.models import AuditEvent
from people import two_factor
from people.models import RecoveryCode, TwoFactor
from tests import make

TOKEN = "/api/v1/auth/token"
PAGE = "/settings/two-factor/"


@pytest.fixture
def clock(monkeypatch):
    """The time of the codes stands still until a test moves it."""

    class Clock:
        now = 1_800_000_000.0

        def time(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(two_factor, "time", made)
    return made


class Phone:
    """The app of a person: it knows a secret and the time."""

    def __init__(self, secret, clock):
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def code(self, ahead_s=0):
        return self.totp.at(int(self.clock.now + ahead_s))

    def next_code(self):
        self.clock.now += 30
        return self.code()


@pytest.fixture
def turned_on(clock, creator):
    """The creator's phone and recovery codes, as their settings page gave them."""
    browser = Client()
    browser.force_login(creator, "people.backends.PeopleBackend")
    secret = re.search(r'qr-secret">([A-Z2-7]+)<', browser.get(PAGE).content.decode())[1]
    phone = Phone(secret, clock)
    html = browser.post(PAGE, {"code": phone.code()}).content.decode()
    codes = re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</li>", html)
    assert len(codes) == two_factor.CODES
    return phone, codes


def with_password(browser, name="cleo", path="/sign-in/"):
    return browser.post(path, {"username": name, "password": make.PASSWORD})


def with_code(browser, code):
    return browser.post("/sign-in/code/", {"code": code})


def is_in(browser):
    return browser.get("/settings/").status_code == 200


def test_without_it_the_password_is_enough(client, creator):
    assert with_password(client).url == "/"
    assert is_in(client)


def test_with_it_the_password_leads_to_the_code_and_the_code_leads_on(client, turned_on):
    phone, _ = turned_on
    sent = with_password(client, path="/sign-in/?next=/projects/")
    assert sent.url == "/sign-in/code/?next=%2Fprojects%2F"
    assert not is_in(client)
    assert 'name="next" value="/projects/"' in client.get(sent.url).content.decode()
    answer = client.post("/sign-in/code/", {"code": phone.next_code(), "next": "/projects/"})
    assert answer.url == "/projects/"
    assert is_in(client)


def test_the_code_never_leads_to_another_site(client, turned_on):
    phone, _ = turned_on
    with_password(client)
    away = {"code": phone.next_code(), "next": "https://elsewhere.example/"}
    assert client.post("/sign-in/code/", away).url == "/"


def test_a_code_is_good_once_and_half_a_minute_early_or_late(turned_on, creator, clock):
    phone, _ = turned_on
    assert not two_factor.passes(creator, phone.code()), "it was used to turn it on"
    clock.now += 300
    assert two_factor.passes(creator, phone.code(-30))
    assert two_factor.passes(creator, phone.code(30))
    assert not two_factor.passes(creator, phone.code()), "an earlier one than the last"
    assert not two_factor.passes(creator, phone.code(90))


@pytest.mark.parametrize("code", ["", "000000", "12345", "١٢٣٤٥٦", "x" * 40, "a\0b", "aaaa-bbbb"])
def test_what_is_no_code_is_refused(client, turned_on, code):
    with_password(client)
    assert with_code(client, code).status_code == 200
    assert not is_in(client)


def test_a_recovery_code_is_good_once_however_it_is_written(client, turned_on):
    _, codes = turned_on
    with_password(client)
    assert with_code(client, f" {codes[0].upper().replace('-', ' ')} ").url == "/"
    assert is_in(client)
    again = Client()
    with_password(again)
    assert with_code(again, codes[0]).status_code == 200
    assert not is_in(again)
    assert AuditEvent.objects.get(verb="user.recovery_code_used").after == {"left": 9}


def test_the_tables_hold_neither_the_secret_nor_a_code(turned_on):
    phone, codes = turned_on
    stored = str(list(TwoFactor.objects.values())) + str(list(RecoveryCode.objects.values()))
    assert phone.totp.secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_wrong_codes_are_counted_as_wrong_passwords_are(client, turned_on, settings):
    phone, _ = turned_on
    settings.AXES_FAILURE_LIMIT = 3
    with_password(client)
    answers = [with_code(client, "000000").status_code for _ in range(3)]
    assert answers[-1] == 429
    assert with_code(client, phone.next_code()).status_code == 429
    assert not is_in(client)
    assert AuditEvent.objects.filter(verb="user.sign_in_failed").count() == 3


def test_the_step_between_ends_with_the_password_and_with_time(
    client, turned_on, creator, monkeypatch
):
    phone, _ = turned_on
    with_password(client)
    creator.set_password("a different horse battery")
    creator.save()
    assert with_code(client, phone.next_code()).url == "/sign-in/"
    creator.set_password(make.PASSWORD)
    creator.save()
    with_password(client)
    later = time.time() + 600
    monkeypatch.setattr("people.second_step.time.time", lambda: later)
    late = client.post("/sign-in/code/", {"code": phone.next_code(), "next": "/jobs/"})
    assert late.url == "/sign-in/?next=%2Fjobs%2F"
    assert "The time for the code is over. Sign in again." in client.get(late.url).text
    assert not is_in(client)


def test_nobody_comes_past_it_through_the_admin_site_or_the_api(client, turned_on, creator):
    phone, _ = turned_on
    at_door = client.post("/admin/login/", {"username": "cleo", "password": make.PASSWORD})
    assert at_door.url.startswith("/sign-in/")
    program = APIClient()
    ask = {"username": "cleo", "password": make.PASSWORD}
    refused = program.post(TOKEN, ask)
    assert (refused.status_code, refused.json()["code"]) == (401, "code_needed")
    wrong = program.post(TOKEN, {**ask, "code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_code")
    assert program.post(TOKEN, {**ask, "code": phone.next_code()}).status_code == 200
    unknown = program.post(TOKEN, {**ask, "password": "wrong", "code": phone.next_code()})
    assert unknown.json()["code"] == "not_authenticated"


def test_it_is_turned_off_and_codes_are_renewed_by_a_code_alone(page, turned_on, creator):
    phone, old = turned_on
    browser = page(creator)
    for path in ("codes/", "off/"):
        assert browser.post(PAGE + path, {"code": "000000"}).status_code == 400
    html = browser.post(PAGE + "codes/", {"code": phone.next_code()}).content.decode()
    assert old[0] not in html
    assert not two_factor.passes(creator, old[0])
    assert browser.post(PAGE + "off/", {"code": phone.next_code()}).url == "/settings/"
    assert not TwoFactor.objects.exists()
    assert with_password(Client()).url == "/"


def test_it_is_not_turned_on_by_a_wrong_code(page, creator):
    browser = page(creator)
    browser.get(PAGE)
    answer = browser.post(PAGE, {"code": "000000"})
    assert answer.status_code == 400
    assert not TwoFactor.objects.exists()


def test_an_admin_resets_it_for_who_lost_the_phone(page, turned_on, admin, creator):
    url = "/admin/people/user/"
    body = {"action": "reset_two_factor", "_selected_action": [creator.pk]}
    assert page(admin).post(url, body).status_code == 302
    assert not TwoFactor.objects.exists()
    event = AuditEvent.objects.get(verb="user.two_factor_reset")
    assert (event.actor, event.object_pk) == (admin, str(creator.pk))
    assert with_password(Client()).url == "/"
