"""JSON web tokens: short, rotating, ended by reuse, by a new password and by deactivation."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from audit.models import AuditEvent
from tests import make

TOKEN, REFRESH, REVOKE = (f"/api/v1/auth/token{end}" for end in ("", "/refresh", "/revoke"))
PLACE = "/api/v1/projects"


@pytest.fixture
def client(db):
    return APIClient()


def pair(client, name="cleo"):
    answer = client.post(TOKEN, {"username": name, "password": make.PASSWORD})
    assert answer.status_code == 200, answer.json()
    return answer.json()["access"], answer.json()["refresh"]


def status(token, path=PLACE):
    bearer = APIClient()
    bearer.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return bearer.get(path).status_code


def test_a_pair_opens_the_api_and_says_nothing_of_roles(client, creator):
    access, _ = pair(client)
    assert status(access) == 200
    claims = jwt.decode(access, options={"verify_signature": False})
    assert set(claims) == {"token_type", "exp", "iat", "jti", "user_id", "hash_password"}
    assert claims["exp"] - claims["iat"] == 600
    assert jwt.get_unverified_header(access)["alg"] == "HS256"


def test_a_wrong_password_an_unknown_name_and_an_inactive_person_get_one_answer(client, creator):
    creator.is_active = False
    creator.save()
    answers = [
        client.post(TOKEN, {"username": name, "password": password})
        for name, password in (("cleo", make.PASSWORD), ("cleo", "wrong"), ("nobody", "wrong"))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "not_authenticated"


def test_a_refresh_gives_a_new_pair_once(client, creator):
    _, refresh = pair(client)
    answer = client.post(REFRESH, {"refresh": refresh})
    assert answer.status_code == 200
    assert status(answer.json()["access"]) == 200
    assert answer.json()["refresh"] != refresh
    assert client.post(REFRESH, {"refresh": answer.json()["refresh"]}).status_code == 200


def test_using_a_rotated_token_again_ends_every_refresh_token_of_the_person(
    client, creator, reviewer
):
    _, stolen = pair(client)
    _, elsewhere = pair(client)
    _, of_rex = pair(client, "rex")
    mine = client.post(REFRESH, {"refresh": stolen}).json()["refresh"]
    again = client.post(REFRESH, {"refresh": stolen})
    assert again.status_code == 401
    assert again.json()["code"] == "not_authenticated"
    for token in (mine, elsewhere, stolen):
        assert client.post(REFRESH, {"refresh": token}).status_code == 401
    assert client.post(REFRESH, {"refresh": of_rex}).status_code == 200
    event = AuditEvent.objects.filter(verb="user.token_reused").earliest("pk")
    assert (event.actor, event.after) == (creator, {"ended": 2})
    assert pair(client), "the password still opens a new family"


def test_a_revoked_token_refreshes_nothing(client, creator):
    _, refresh = pair(client)
    assert client.post(REVOKE, {"refresh": refresh}).status_code == 200
    assert client.post(REVOKE, {"refresh": refresh}).status_code == 401
    assert client.post(REFRESH, {"refresh": refresh}).status_code == 401


def test_a_new_password_ends_access_and_refresh_at_once(client, creator):
    access, refresh = pair(client)
    creator.set_password("a different horse battery")
    creator.save()
    assert status(access) == 401
    assert client.post(REFRESH, {"refresh": refresh}).status_code == 401


def test_a_deactivated_person_is_out_at_once(client, creator):
    access, refresh = pair(client)
    creator.is_active = False
    creator.save()
    assert status(access) == 401
    assert client.post(REFRESH, {"refresh": refresh}).status_code == 401


def test_the_token_of_somebody_who_is_gone_is_refused(client, creator):
    access = str(AccessToken.for_user(creator))
    refresh = str(RefreshToken.for_user(creator))
    creator.memberships.all().delete()
    type(creator).objects.filter(pk=creator.pk).update(is_active=False)
    assert status(access) == 401
    assert client.post(REFRESH, {"refresh": refresh}).status_code == 401


def test_roles_are_read_from_the_database_at_each_request(client, creator):
    access, _ = pair(client)
    assert status(access, "/api/v1/comfy-servers") == 403
    creator.groups.add(Group.objects.get(name="Admin"))
    assert status(access, "/api/v1/comfy-servers") == 200
    creator.groups.clear()
    assert status(access, "/api/v1/comfy-servers") == 403


def forged(creator, settings):
    """Tokens that only somebody without the key would make, by the way they were made."""
    token = str(AccessToken.for_user(creator))
    head, body, sign = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    key = settings.SIMPLE_JWT["SIGNING_KEY"]

    def part(data):
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    admin = part({**claims, "user_id": "1"})
    past = {**claims, "exp": int((timezone.now() - timedelta(seconds=5)).timestamp())}
    return {
        "no algorithm": f"{part({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        "no algorithm, signed": f"{part({'alg': 'None', 'typ': 'JWT'})}.{body}.{sign}",
        "another person": f"{head}.{admin}.{sign}",
        "another algorithm": jwt.encode(claims, key * 2, algorithm="HS512"),
        "the right key, another algorithm": jwt.encode(claims, key, algorithm="HS384"),
        "the session's key": jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256"),
        "expired": jwt.encode(past, key, algorithm="HS256"),
        "a refresh token": str(RefreshToken.for_user(creator)),
        "no type": jwt.encode(
            {k: v for k, v in claims.items() if k != "token_type"}, key, algorithm="HS256"
        ),
        "no person": jwt.encode(
            {k: v for k, v in claims.items() if k != "user_id"}, key, algorithm="HS256"
        ),
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "junk": "junk",
        "nothing": "",
    }


def test_a_forged_token_opens_nothing(client, creator, settings):
    for way, token in forged(creator, settings).items():
        assert status(token) == 401, way
        answer = client.post(REFRESH, {"refresh": token})
        if way == "a refresh token":
            assert answer.status_code == 200
        else:
            assert answer.status_code in (400, 401), way
        assert set(answer.json()) >= {"code", "detail", "errors"} or answer.status_code == 200


@pytest.mark.parametrize("path", [TOKEN, REFRESH, REVOKE])
@pytest.mark.parametrize(
    "body", [{}, [], "x", {"refresh": None, "username": None}, {"refresh": {}}]
)
def test_a_malformed_body_is_a_bad_request(client, path, body):
    answer = client.post(path, body)
    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "detail", "errors"}


def test_signing_in_by_token_is_recorded_and_counted_like_any_other(client, creator):
    pair(client)
    client.post(TOKEN, {"username": "cleo", "password": "wrong"})
    verbs = AuditEvent.objects.filter(verb__startswith="user.").order_by("pk")
    assert [event.verb for event in verbs] == ["user.sign_in", "user.sign_in_failed"]
    assert {event.channel for event in verbs} == {"api"}
    assert verbs[0].actor == creator


def test_a_name_is_locked_out_after_too_many_failures(client, creator, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(TOKEN, {"username": "cleo", "password": "wrong"})
    answer = client.post(TOKEN, {"username": "cleo", "password": make.PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 900
    assert answer.json()["code"] == "throttled"
    forwarded = client.post(
        TOKEN,
        {"username": "cleo", "password": make.PASSWORD},
        headers={"X-Forwarded-For": "203.0.113.9", "User-Agent": "another"},
    )
    assert forwarded.status_code == 429
    other = client.post(TOKEN, {"username": "rex", "password": "wrong"})
    assert other.status_code == 401
