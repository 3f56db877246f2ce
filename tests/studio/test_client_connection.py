"""The client's connection: tokens are renewed, refusals are sentences, others are told nothing."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from studio.client import ApiError, Client

TOKENS = "/api/v1/auth/token"
NO_ACCOUNT = {"code": "no_active_account", "detail": "Wrong password."}


class Studio(BaseHTTPRequestHandler):
    """Knows one password. An access token is good for one request, as a refresh token is."""

    signed_in: int
    refreshed: int
    refuses_refresh: bool
    spent: set[str]
    got: list[tuple[dict[str, str], bytes]]
    storage: str
    moments: list[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == TOKENS:
            if json.loads(body) != {"username": "ann", "password": "right"}:
                self.answer(401, NO_ACCOUNT)
                return
            type(self).signed_in += 1
            self.give_tokens()
        elif self.path == f"{TOKENS}/refresh":
            if self.refuses_refresh or json.loads(body)["refresh"] in self.spent:
                self.answer(401, {"code": "token_not_valid", "detail": "It was used."})
                return
            self.spent.add(json.loads(body)["refresh"])
            type(self).refreshed += 1
            self.give_tokens()
        else:
            self.got.append((dict(self.headers), body))
            self.with_token({"ok": True})

    def do_GET(self) -> None:
        if self.path == "/api/v1/broken":
            self.answer(500, "<h1>no JSON</h1>")
        elif self.path == "/api/v1/refused":
            told = {"code": "throttled", "detail": "Go on in 7 s.", "errors": {}, "limit": 3}
            self.answer(429, told, {"Retry-After": "7"})
        elif self.path == "/api/v1/file":
            self.answer(302, "", {"Location": self.storage})
        elif self.path.startswith("/api/v1/things"):
            first = "cursor" not in self.path
            rows = {"results": [1, 2], "next": "?kind=a&cursor=x"} if first else {"results": [3]}
            self.answer(200, {"next": None, **rows})
        elif self.path.startswith("/api/v1/jobs/"):
            status = self.moments.pop(0)
            done = "running" if self.moments else "succeeded"
            self.answer(status, {"status": done} if status == 200 else "away")
        else:
            self.with_token({"ok": True})

    def give_tokens(self) -> None:
        number = self.signed_in + self.refreshed
        self.answer(200, {"access": f"access-{number}", "refresh": f"refresh-{number}"})

    def with_token(self, value: object) -> None:
        token = self.headers["Authorization"]
        if token in self.spent:
            self.answer(401, {"code": "not_authenticated", "detail": "The token has run out."})
            return
        self.spent.add(token)
        self.answer(200, value)

    def answer(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, said in (headers or {}).items():
            self.send_header(name, said)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


class Storage(BaseHTTPRequestHandler):
    """Where files lie; notes what it is told."""

    heard: list[dict[str, str]]

    def do_GET(self) -> None:
        self.heard.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"bytes")

    def log_message(self, *_words: object) -> None:
        pass


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def address() -> Iterator[str]:
    Studio.signed_in = Studio.refreshed = 0
    Studio.refuses_refresh, Studio.spent, Studio.got = False, set(), []
    with served(Studio) as url:
        yield url


@pytest.fixture
def ann(address: str) -> Client:
    return Client(address, "ann", "right")


def test_a_token_that_ran_out_is_refreshed(ann: Client) -> None:
    assert [ann.get("anything") for _ in range(3)] == [{"ok": True}] * 3
    assert (Studio.signed_in, Studio.refreshed) == (1, 2)


def test_a_refresh_token_that_is_refused_is_followed_by_the_password(ann: Client) -> None:
    Studio.refuses_refresh = True
    assert [ann.get("anything") for _ in range(3)] == [{"ok": True}] * 3
    assert (Studio.signed_in, Studio.refreshed) == (3, 0)


def test_a_token_alone_ends_with_the_servers_sentence(address: str) -> None:
    held = Client(address, token="access-0")
    assert held.get("anything") == {"ok": True}
    with pytest.raises(ApiError, match="The token has run out") as refused:
        held.get("anything")
    assert refused.value.status == 401


def test_a_wrong_password_is_the_servers_sentence(address: str) -> None:
    with pytest.raises(ApiError, match=r"Wrong password\. \(401 no_active_account\)"):
        Client(address, "ann", "wrong").get("anything")


def test_nobody_is_asked_to_sign_in_without_a_request(address: str) -> None:
    with pytest.raises(ApiError, match="give a name and a password"):
        Client(address).get("anything")
    assert Studio.signed_in == 0


def test_a_refusal_keeps_all_that_it_says(ann: Client) -> None:
    with pytest.raises(ApiError) as refused:
        ann.get("refused")
    error = refused.value
    assert (error.status, error.code, error.sentence) == (429, "throttled", "Go on in 7 s.")
    assert (error.retry_after_s, error.body["limit"], error.is_passing) == (7, 3, True)


def test_an_answer_that_is_no_json_is_a_sentence_too(ann: Client) -> None:
    with pytest.raises(ApiError, match="answered 500"):
        ann.get("broken")


def test_a_file_goes_out_as_the_field_file_beside_the_others(ann: Client, tmp_path: Path) -> None:
    photo = tmp_path / 'a"b.png'
    photo.write_bytes(b"\x89PNG bytes")
    ann.send("POST", "anything", {"keep_size": True}, file=photo, revision=4, key="one")
    headers, body = Studio.got[0]
    assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert (headers["If-Match"], headers["Idempotency-Key"]) == ('"4"', "one")
    assert b'name="file"; filename="a_b.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG' in body
    assert b'name="keep_size"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nTrue\r\n' in body


def test_an_address_on_another_host_is_never_asked(ann: Client) -> None:
    with pytest.raises(ApiError, match="another host"):
        ann.download("http://127.0.0.2:1/file")


def test_a_storage_that_the_studio_leads_to_is_not_told_the_token(ann: Client) -> None:
    Storage.heard = []
    with served(Storage) as storage:
        Studio.storage = f"{storage}/signed?for=you"
        assert ann.download("file") == b"bytes"
    assert "Authorization" not in Storage.heard[0]


def test_a_server_that_is_gone_is_a_sentence() -> None:
    with pytest.raises(ApiError, match="did not answer") as gone:
        Client("http://127.0.0.1:9", token="held").get("anything")
    assert (gone.value.status, gone.value.code) == (0, "no_answer")


def test_a_list_is_read_page_after_page(ann: Client) -> None:
    rows = ann.each("things", kind="a", other=None)
    assert [next(rows), next(rows), next(rows)] == [1, 2, 3]
    assert list(rows) == []


def test_what_is_followed_may_be_away_for_a_moment(ann: Client) -> None:
    Studio.moments = [200, 503, 502, 200]
    assert [row["status"] for row in ann.watch_job(3)] == [
        "running", "running", "running", "succeeded",
    ]  # fmt: skip


def test_what_is_followed_and_refused_is_not_asked_again(ann: Client) -> None:
    Studio.moments = [200, 404, 200]
    with pytest.raises(ApiError, match="answered 404"):
        ann.wait_for_job(3)
    assert Studio.moments == [200]
