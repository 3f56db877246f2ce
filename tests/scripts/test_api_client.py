"""The demo's view of the API: a token that ran out is fetched anew, a refusal is a sentence."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from script.launch.api_client import Api, ApiError
from script.launch.telling import LaunchError


class Studio(BaseHTTPRequestHandler):
    """Knows one password; each token is good for one request."""

    tokens = 0
    spent: set[str]
    bodies: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/v1/auth/token":
            if json.loads(body) != {"username": "ann", "password": "right"}:
                self.answer(401, {"code": "no_active_account", "detail": "Wrong password."})
                return
            type(self).tokens += 1
            self.answer(200, {"access": f"token-{self.tokens}"})
            return
        self.bodies.append(body)
        self.with_token({"content_type": self.headers["Content-Type"]})

    def do_GET(self) -> None:
        if self.path == "/api/v1/broken":
            self.answer(500, "<h1>no JSON</h1>")
        elif self.path == "/api/v1/refused":
            self.answer(409, {"code": "qa_pending", "detail": "QA is not finished."})
        else:
            self.with_token({"ok": True})

    def with_token(self, value: object) -> None:
        token = self.headers["Authorization"]
        if token in self.spent:
            self.answer(401, {"code": "not_authenticated", "detail": "The token has run out."})
            return
        self.spent.add(token)
        self.answer(200, value)

    def answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Studio.tokens, Studio.spent, Studio.bodies = 0, set(), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Studio)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_token_that_ran_out_is_fetched_again(address: str) -> None:
    api = Api(address, "ann", "right")
    api.sign_in()
    assert [api.get("anything") for _ in range(3)] == [{"ok": True}] * 3
    assert Studio.tokens == 3


def test_a_wrong_password_is_the_servers_sentence(address: str) -> None:
    with pytest.raises(ApiError, match=r"Wrong password\. \(401 no_active_account\)"):
        Api(address, "ann", "wrong").sign_in()


def test_a_refusal_keeps_its_status_code_and_sentence(address: str) -> None:
    with pytest.raises(ApiError) as refused:
        Api(address, "ann", "right").get("refused")
    assert (refused.value.status, refused.value.code) == (409, "qa_pending")
    assert "QA is not finished." in str(refused.value)


def test_an_answer_that_is_no_json_is_a_sentence_too(address: str) -> None:
    with pytest.raises(ApiError, match="answered 500"):
        Api(address, "ann", "right").get("broken")


def test_a_file_goes_out_as_the_field_file(address: str, tmp_path: Path) -> None:
    photo = tmp_path / 'a"b.png'
    photo.write_bytes(b"\x89PNG bytes")
    sent = Api(address, "ann", "right").upload("anything", photo)
    assert sent["content_type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="a_b.png"' in Studio.bodies[0]
    assert b"\x89PNG bytes" in Studio.bodies[0]


def test_a_file_on_another_host_is_never_fetched_with_the_token(address: str) -> None:
    with pytest.raises(LaunchError, match="another host"):
        Api(address, "ann", "right").download("http://127.0.0.2:1/file")


def test_a_server_that_is_gone_is_a_sentence() -> None:
    with pytest.raises(LaunchError, match="did not answer"):
        Api("http://127.0.0.1:9", "ann", "right").get("anything")
