"""What nginx serves: protected media with our headers on it, static files, and its own refusals."""

import hashlib

import httpx
import pytest
from django.conf import settings

GUARD = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=86400",
}


@pytest.fixture(scope="module")
def source(production):
    return production.get(f"characters/{production.character}/source-image")


def test_protected_media_keep_every_header_that_guards_them(production, source):
    for name in ("display", "w256", "original"):
        answer = production.file(f"source-images/{source['id']}/renditions/{name}")
        assert answer.status_code == 200
        for header, value in GUARD.items():
            assert answer.headers.get_list(header) == [value], (name, header)
        assert answer.headers["Content-Type"] in ("image/png", "image/webp")
        assert "filename=" in answer.headers["Content-Disposition"]
        assert answer.headers["ETag"].startswith(f'"{source["sha256"]}')
        assert "X-Accel-Redirect" not in answer.headers
        assert "Last-Modified" not in answer.headers
        assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_the_bytes_are_those_of_the_file(production, source):
    answer = production.file(f"source-images/{source['id']}/renditions/original")
    assert hashlib.sha256(answer.content).hexdigest() == source["sha256"]
    part = production.file(f"source-images/{source['id']}/renditions/original", Range="bytes=0-7")
    assert (part.status_code, part.content) == (206, answer.content[:8])


def test_what_the_browser_has_is_not_sent_again(production, source):
    path = f"source-images/{source['id']}/renditions/display"
    tag = production.file(path).headers["ETag"]
    again = production.file(path, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_media_folder_has_no_address(production, source):
    files = [p for p in (production.folder / "media").rglob("*.png") if p.is_file()]
    key = files[0].relative_to(production.folder / "media")
    for path in (f"/_media/{key}", f"/static/../media/{key}", f"/static/..%2fmedia/{key}"):
        answer = httpx.get(f"{production.address}{path}", follow_redirects=False)
        assert answer.status_code in (400, 404), path


def test_static_files_come_from_nginx_with_their_types(production):
    for name, kind in {"css/base.css": "text/css", "js/live.js": "text/javascript"}.items():
        answer = httpx.get(f"{production.address}/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" not in answer.headers, "this one is nginx' own answer"


def test_a_body_beyond_the_cap_is_refused_as_json(production):
    answer = httpx.post(
        f"{production.address}/api/v1/auth/token", content=bytes(settings.MAX_BODY_BYTES + 1)
    )
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_form_of_a_browser_beyond_the_cap_is_refused_as_a_page(production):
    answer = httpx.post(
        f"{production.address}/sign-in/",
        content=bytes(settings.MAX_BODY_BYTES + 1),
        headers={"Accept": "text/html,*/*;q=0.8"},
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "text/html")
    assert "That is too large" in answer.text


def test_the_address_in_the_audit_is_what_nginx_saw(production):
    """Here the test is a proxy on this machine, which nginx believes; nobody sets X-Real-IP."""
    headers = {"X-Real-IP": "203.0.113.9", "X-Forwarded-For": "198.51.100.1, 203.0.113.8"}
    body = {"username": "nobody", "password": "wrong"}
    answer = httpx.post(f"{production.address}/api/v1/auth/token", json=body, headers=headers)
    assert answer.status_code == 401
    rows = production.rows("SELECT host(address) FROM audit_events ORDER BY id DESC LIMIT 1")
    assert rows == [("203.0.113.8",)]
