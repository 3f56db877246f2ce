"""Behind a proxy that speaks TLS: secure cookies, no plain http, forms of this origin only."""

import re

import httpx
import pytest

from tests.jobs.product import Product

SITE = "https://studio.example.org"
OVER_TLS = {"Host": "studio.example.org", "X-Forwarded-Proto": "https", "X-Real-IP": "203.0.113.7"}


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """gunicorn under production's settings, on SQLite: the test is the proxy in front."""
    settings = {"STUDIO_WORKERS": "none", "SITE_URL": SITE, "TRUSTED_PROXY": "yes"}
    made = Product(tmp_path_factory.mktemp("tls"), "", **settings)
    try:
        made.prepare()
        bind = f"--bind=127.0.0.1:{made.port}"
        made.start("web", "-m", "gunicorn", "-c", "python:studio.gunicorn_conf", bind)
        made.until(lambda: _answers(made), "gunicorn")
        yield made
    finally:
        made.close()


def _answers(product):
    assert product.running["web"].poll() is None, product.log("web")
    try:
        return httpx.get(f"{product.address}/healthz", headers=OVER_TLS).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def browser(product):
    with httpx.Client(base_url=product.address, headers=OVER_TLS) as client:
        yield client


def sign_in(browser, product, **headers):
    page = browser.get("/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    cookies = {"Cookie": f"csrftoken={_cookie(page, 'csrftoken')[0]}"}
    fields = {"username": "creator", "password": product.password("creator")}
    return browser.post(
        "/sign-in/", data={**fields, "csrfmiddlewaretoken": token}, headers=cookies | headers
    )


def _cookie(answer, name):
    line = next(v for v in answer.headers.get_list("set-cookie") if v.startswith(f"{name}="))
    value, *flags = line.removeprefix(f"{name}=").split("; ")
    return value, flags


def test_cookies_are_secure_and_the_browser_is_told_to_stay_on_https(browser, product):
    answer = sign_in(browser, product, Origin=SITE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(_cookie(answer, "sessionid")[1])
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_plain_http_is_sent_to_https(browser):
    answer = browser.get("/sign-in/", headers={"X-Forwarded-Proto": "http"})
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{SITE}/sign-in/")


@pytest.mark.parametrize("origin", ["http://studio.example.org", "https://evil.example"])
def test_a_form_of_another_origin_is_refused(browser, product, origin):
    assert sign_in(browser, product, Origin=origin).status_code == 403


def test_other_names_for_the_scheme_mean_nothing(browser):
    for header in ("X-Forwarded-Protocol", "X-Forwarded-Ssl"):
        told = {"X-Forwarded-Proto": "http", header: "ssl" if header.endswith("ocol") else "on"}
        assert browser.get("/sign-in/", headers=told).status_code == 301
