"""One shape for every error of the API: code, detail, errors. Never a 5xx for what is sent."""

import json

import pytest
from django.test import Client
from rest_framework.test import APIClient

from studio.lib.errors import StudioError
from tests import make
from tests.people.asking import signed_in
from tests.people.matrix import ROWS, of_the_studio

HUGE = 10**30


def body_of(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"].startswith("application/json")
    body = json.loads(answer.content)
    assert set(body) >= {"code", "detail", "errors"}
    assert body["code"] == code
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert isinstance(body["errors"], dict)
    return body


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/", "/api/v2/projects", "/api/v1/projects/x", "/api/v1/%00"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_is_json_too(cast, path, method):
    for client in (Client(), signed_in(cast.admin, api=True)):
        body_of(getattr(client, method)(path), 404, "not_found")


def test_without_signing_in_every_address_says_so(cast):
    client = APIClient()
    for row in ROWS:
        if row.is_api and row.cells["anonymous"] == 401 and "/auth/" not in row.path:
            path = row.path.format(**cast.ours.names)
            answer = getattr(client, row.method.lower())(path)
            body_of(answer, 401, "not_authenticated")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_method_that_does_not_exist(cast):
    answer = signed_in(cast.admin, api=True).put("/api/v1/projects", {})
    body_of(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("text", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "malformed"),
        ("", "application/json", 400, "invalid"),
        ("\xff\xfe", "application/json", 400, "malformed"),
        ("[" * 100_000, "application/json", 400, "malformed"),
        ("[1]", "application/json", 400, "malformed"),
        ("<a/>", "application/xml", 415, "unsupported_media_type"),
        ("name=x", "text/plain", 415, "unsupported_media_type"),
        ("x", "multipart/form-data", 415, "unsupported_media_type"),
        ("{}", "application/json; charset=nonsense", 400, "invalid"),
    ],
)
def test_a_body_that_cannot_be_read(cast, text, kind, status, code):
    client = signed_in(cast.creator, api=True)
    for path in (
        "/api/v1/characters",
        f"/api/v1/characters/{cast.ours.ready.pk}/variants/generate",
    ):
        answer = client.generic("POST", path, text.encode("latin1"), content_type=kind)
        body_of(answer, status, code)


def test_what_the_client_will_not_take_is_said_as_json(cast):
    client = signed_in(cast.creator, api=True)
    answer = client.get("/api/v1/projects", headers={"Accept": "application/xml"})
    body_of(answer, 406, "not_acceptable")


def test_a_field_that_does_not_do_is_named(cast):
    client = signed_in(cast.creator, api=True)
    body = {"project": cast.ours.project.pk, "name": "", "age": -1, "depicts": "somebody"}
    answer = body_of(client.post("/api/v1/characters", body), 400, "invalid")
    assert set(answer["errors"]) == {"name", "age", "depicts"}
    assert all(field in answer["detail"] for field in answer["errors"])


def test_a_refusal_of_ours_names_its_field_and_what_it_knows(cast):
    client = signed_in(cast.creator, api=True)
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants/generate"
    wish = {"variant_type": "nonsense", "workflow_id": make.workflow().pk}
    body = body_of(client.post(url, wish), 400, "unknown_variant_type")
    assert body["errors"] == {"variant_type": [body["detail"]]}
    wish = {"variant_type": "clothed", "workflow_id": 10**6}
    body_of(client.post(url, wish), 400, "unknown_workflow")
    for count in (0, 65, -1):
        wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk, "count": count}
        assert body_of(client.post(url, wish), 400, "bad_count")["limit"] == 64


def test_ids_that_no_row_can_have_are_not_found(cast):
    names = dict.fromkeys(cast.ours.names, HUGE)
    for api in (True, False):
        client = signed_in(cast.creator, api=api)
        wrong = {}
        for row in ROWS:
            if of_the_studio(row):
                continue  # the admins', whatever its id
            if "{" in row.path and row.is_api is api:
                path = row.path.format(**names)
                status = getattr(client, row.method.lower())(path).status_code
                if status != 404:
                    wrong[str(row)] = status
        assert wrong == {}


def test_nested_ids_that_no_row_can_have_are_not_found(cast):
    client = signed_in(cast.creator, api=True)
    ready, variant = cast.ours.ready.pk, cast.ours.candidate.pk
    for pair in ((ready, HUGE), (HUGE, variant), (2**63, 2**63), (0, 0)):
        url = "/api/v1/characters/{}/variants/{}".format(*pair)
        body_of(client.get(url), 404, "not_found")
        body_of(client.post(f"{url}/approve"), 404, "not_found")
    browser = signed_in(cast.admin, api=False)
    url = f"/projects/{cast.ours.project.pk}/members/{HUGE}/remove/"
    assert browser.post(url).status_code in (302, 404)


def test_a_lost_race_and_a_stale_revision_tell_the_state(cast):
    client = signed_in(cast.creator, api=True)
    base = f"/api/v1/characters/{cast.ours.ready.pk}/variants/{cast.ours.hero.pk}"
    body = body_of(client.post(f"{base}/reject"), 409, "illegal_move")
    assert body["state"] == "approved"
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants/{cast.ours.candidate.pk}"
    tag = client.get(url).headers["ETag"]
    body = body_of(
        client.post(f"{url}/reject", headers={"If-Match": '"99"'}), 412, "stale_revision"
    )
    assert body["revision"] == int(tag.strip('"'))
    assert client.post(f"{url}/reject", headers={"If-Match": tag}).status_code == 200


def test_a_fault_of_ours_is_json_without_its_insides(cast, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the insides")

    monkeypatch.setattr("jobs.api.page_of", broken)
    client = signed_in(cast.admin, api=True)
    client.raise_request_exception = False
    answer = client.get("/api/v1/jobs")
    body_of(answer, 500, "broken")
    assert b"insides" not in answer.content


def test_every_refusal_of_ours_has_a_code_and_a_status():
    kinds = [StudioError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    for kind in kinds:
        assert kind.code
        assert kind.code == kind.code.lower()
        assert 400 <= kind.status < 600
    assert len(kinds) > 20
