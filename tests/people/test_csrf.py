"""A change needs the page's token; a bearer token needs none."""

from django.test import Client
from rest_framework.test import APIClient

from tests import make
from tests.people.asking import send, signed_in
from tests.people.matrix import ROWS
from tests.people.world import everything

OPEN = ("/api/v1/auth/",)  # these take a secret in the body, and no session


def strict(person, *, api):
    """A client of a browser: whoever posts without the token is refused."""
    client = signed_in(person, api=api)
    client.handler.enforce_csrf_checks = True
    return client


def test_no_page_and_no_api_call_of_a_session_changes_anything_without_the_token(cast):
    clients = {api: strict(cast.admin, api=api) for api in (True, False)}
    before = everything()
    wrong = {}
    for row in ROWS:
        if row.method == "GET" or row.path.startswith(OPEN):
            continue
        status = send(clients[row.is_api], row, cast.ours).status_code
        if status != 403:
            wrong[str(row)] = status
    assert wrong == {}
    assert everything() == before


def test_htmx_is_no_way_around_the_token(cast):
    client = strict(cast.admin, api=False)
    url = f"/variants/{cast.ours.candidate.pk}/approve/"
    before = everything()
    assert client.post(url, headers={"HX-Request": "true"}).status_code == 403
    assert everything() == before


def test_a_page_hands_out_the_token_in_its_forms_and_to_htmx(cast):
    client = strict(cast.admin, api=False)
    page = client.get(f"/variants/{cast.ours.candidate.pk}/")
    token = page.context["csrf_token"]
    assert f'hx-headers=\'{{"X-CSRFToken": "{token}"}}\'' in page.content.decode()
    url = f"/variants/{cast.ours.candidate.pk}/approve/"
    headers = {"HX-Request": "true", "X-CSRFToken": str(token)}
    assert client.post(url, headers=headers).status_code == 200
    cast.ours.candidate.refresh_from_db()
    assert cast.ours.candidate.is_hero


def test_a_foreign_origin_is_refused_even_with_the_token(cast):
    client = strict(cast.admin, api=False)
    token = str(client.get("/settings/").context["csrf_token"])
    for origin in ("https://evil.example", "http://testserver:8188", "null"):
        headers = {"X-CSRFToken": token, "Origin": origin}
        answer = client.post("/settings/theme/", {"theme": "dark"}, headers=headers)
        assert answer.status_code == 403, origin


def test_the_refusal_is_a_page_for_people_and_json_for_programs(cast):
    page = strict(cast.admin, api=False).post("/projects/new/", {"name": "X"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"Traceback" not in page.content
    answer = strict(cast.admin, api=True).post("/api/v1/projects", {"name": "X"})
    assert answer.json()["code"] == "forbidden"
    assert "CSRF" in answer.json()["detail"]


def test_signing_in_needs_the_token_too(cast):
    client = Client(enforce_csrf_checks=True)
    credentials = {"username": "cleo", "password": make.PASSWORD}
    assert client.post("/sign-in/", credentials).status_code == 403
    token = str(client.get("/sign-in/").context["csrf_token"])
    answer = client.post("/sign-in/", credentials, headers={"X-CSRFToken": token})
    assert (answer.status_code, answer.url) == (302, "/")


def test_a_bearer_token_needs_no_csrf_token(cast):
    client = APIClient(enforce_csrf_checks=True)
    credentials = {"username": "cleo", "password": make.PASSWORD}
    access = client.post("/api/v1/auth/token", credentials).json()["access"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    body = {"name": "Judy", "project": cast.ours.project.pk}
    assert client.post("/api/v1/characters", body).status_code == 201
