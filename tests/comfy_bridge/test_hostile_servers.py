"""What a hostile or broken server answers over HTTP is a typed failure, soon, and nothing else."""

import gzip
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable

import pytest

from comfy_bridge.catalog import read_object_info
from comfy_bridge.client import ComfyClient
from comfy_bridge.errors import (
    BridgeError,
    GraphRefused,
    HostileAnswer,
    OutputGone,
    ServerError,
    ServerTimeout,
)
from comfy_bridge.requests import OutputFile, Upload
from comfy_bridge.transport import Reply, Timeouts
from tests.fakes.comfy_server import Answer, FakeServer, Request

ID = "00e460f3-4517-467a-b9ea-50539b362374"
FILE = OutputFile("9", "a_00001_.png", "x", "output")
GRAPH = {"9": {"class_type": "SaveImage", "inputs": {}}}


class Scripted(FakeServer):
    """Gives one answer to everything."""

    def __init__(self, reply: Answer) -> None:
        self.reply = reply
        super().__init__()

    def answer(self, request: Request) -> Answer:
        return self.reply


def drip(connection: socket.socket) -> None:
    """A byte now and then, headers first, for ever."""
    try:
        for letter in "HTTP/1.1 200 OK\r\nX-Long: " + "x" * 10_000:
            connection.sendall(letter.encode())
            time.sleep(0.05)
    except OSError:
        pass


def drip_body(connection: socket.socket) -> None:
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
        for _ in range(10_000):
            connection.sendall(b" ")
            time.sleep(0.05)
    except OSError:
        pass


def endless(connection: socket.socket) -> None:
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")
    except OSError:
        pass


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 50)


def endless_headers(connection: socket.socket) -> None:
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for n in range(100_000):
            connection.sendall(f"X-{n}: {'y' * 100}\r\n".encode())
    except OSError:
        pass


def short_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}")


def negative_length(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}")


def two_lengths(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}")


HUGE = (("Content-Length", str(10**15)),)
GZIP = (("Content-Encoding", "gzip"),)
ANSWERS = {
    "drips headers": Answer(raw=drip),
    "drips its body": Answer(raw=drip_body),
    "never ends": Answer(raw=endless),
    "is not HTTP": Answer(raw=garbage),
    "never ends its headers": Answer(raw=endless_headers),
    "gives less than announced": Answer(raw=short_body),
    "announces a negative length": Answer(raw=negative_length),
    "announces two lengths": Answer(raw=two_lengths),
    "announces a petabyte": Answer(200, b"{}", HUGE),
    "compresses": Answer(200, gzip.compress(b"0" * 10_000_000), GZIP),
    "hangs": Answer(hang_s=3.0),
    "breaks off": Answer(cut=True),
    "redirects": Answer(302, b"", (("Location", "http://169.254.169.254/"),)),
    "wants a password": Answer(401),
    "says 500": Answer(500, b"500 Internal Server Error"),
    "says 503": Answer(503),
    "is empty": Answer(200, b""),
    "is a web page": Answer(200, b"<html><script>alert(1)</script>"),
    "is not UTF-8": Answer(200, b'{"a": "\xff\xfe"}'),
    "is nested without end": Answer(200, b"[" * 200_000),
    "is a number": Answer(200, b"7"),
    "is null": Answer(200, b"null"),
    "is a list": Answer(200, b"[]"),
    "is a huge number": Answer(200, b"9" * 10_000),
}


@pytest.fixture(params=ANSWERS.items(), ids=lambda item: item[0])
def client(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    with Scripted(request.param[1]) as server:
        client = ComfyClient(server.url, timeouts=Timeouts(1.0, 0.7, 0.7))
        yield client
        client.close()


CALLS: dict[str, Callable[[ComfyClient], object]] = {
    "system_stats": lambda client: client.system_stats(),
    "object_info": lambda client: client.object_info(),
    "find": lambda client: client.find(ID, ["9"]),
    "submit": lambda client: client.submit(ID, GRAPH, "me", ["9"]),
    "upload": lambda client: client.upload_image(Upload(b"x", "x.png", "y")),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_it_is_a_typed_failure(client: ComfyClient, call: Callable[[ComfyClient], object]) -> None:
    with pytest.raises(BridgeError) as caught:
        call(client)
    assert caught.value.sentence
    assert "Traceback" not in caught.value.sentence


def test_a_file_that_never_ends_is_cut_at_its_limit() -> None:
    with Scripted(Answer(raw=endless)) as server:
        client = ComfyClient(server.url)
        with pytest.raises(HostileAnswer, match="larger than 5000000 bytes"):
            client.fetch(FILE, 5_000_000)
        client.close()


def test_a_file_that_is_gone_is_told_from_one_that_cannot_be_had() -> None:
    for status, error in ((404, OutputGone), (403, ServerError), (500, ServerError)):
        with Scripted(Answer(status)) as server:
            client = ComfyClient(server.url)
            with pytest.raises(error):
                client.fetch(FILE, 1000)
            client.close()


def test_a_redirect_is_not_followed() -> None:
    with Scripted(Answer(200, b"{}")) as elsewhere:
        moved = Answer(307, b"", (("Location", elsewhere.url + "/system_stats"),))
        with Scripted(moved) as server:
            client = ComfyClient(server.url)
            with pytest.raises(ServerError):
                client.system_stats()
            client.close()
        assert elsewhere.requests == []


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    stats = {"system": {"comfyui_version": "1"}, "devices": []}
    with Scripted(Answer.of(stats)) as server:
        client = ComfyClient(server.url)
        assert client.system_stats().version == "1"
        client.close()


def test_a_413_is_a_refusal() -> None:
    with Scripted(Answer(413)) as server:
        client = ComfyClient(server.url)
        with pytest.raises(GraphRefused):
            client.submit(ID, GRAPH, "me", ["9"])
        client.close()


def test_only_a_lower_case_uuid_is_ever_sent() -> None:
    with Scripted(Answer(200)) as server:
        client = ComfyClient(server.url)
        for wrong in (ID.upper(), "my-id", ID.replace("-", ""), f"{ID}/../x"):
            with pytest.raises(ValueError, match="not a lower-case hyphenated UUID"):
                client.submit(wrong, GRAPH, "me", ["9"])
        client.close()
        assert server.requests == []


def test_an_interrupt_always_names_its_prompt() -> None:
    class Busy(FakeServer):
        """A server without the jobs API whose running prompt does not care."""

        def answer(self, request: Request) -> Answer:
            if request.path == "/queue" and request.method == "GET":
                return Answer.of({"queue_running": [[1, ID]], "queue_pending": []})
            return Answer(404 if request.path.startswith("/api") else 200)

    with Busy() as server:
        client = ComfyClient(server.url)
        assert client.cancel(ID, wait_s=0.3, pause_s=0.05).state == "running"
        client.close()
        interrupts = server.asked("POST", "/interrupt")
        assert interrupts
        assert {json.dumps(request.json()) for request in interrupts} == {
            json.dumps({"prompt_id": ID})
        }
        assert len(server.asked("POST", "/api/jobs/")) == 1


def test_a_slow_answer_is_a_timeout_and_many_threads_may_ask_at_once() -> None:
    class Uneven(FakeServer):
        def answer(self, request: Request) -> Answer:
            slow = request.path.endswith(str(uuid.UUID(int=0)))
            return Answer(200, b"{}", hang_s=2.0 if slow else 0.0)

    with Uneven() as server:
        client = ComfyClient(server.url, timeouts=Timeouts(1.0, 0.5, 0.5))
        outcomes: list[object] = []

        def ask(prompt_id: str) -> None:
            try:
                outcomes.append(client.history(prompt_id))
            except ServerTimeout as error:
                outcomes.append(error)

        ids = [str(uuid.UUID(int=n)) for n in range(6)]
        threads = [threading.Thread(target=ask, args=(prompt_id,)) for prompt_id in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert [outcome for outcome in outcomes if outcome is not None] == [outcomes[-1]]
    assert isinstance(outcomes[-1], ServerTimeout)


def test_an_answer_of_millions_of_parts_is_refused_before_it_is_parsed():
    reply = Reply(200, b'{"a":[' + b"[]," * 3_000_000 + b"[]]}")
    with pytest.raises(HostileAnswer, match="too many parts"):
        reply.json()


def test_names_that_cannot_be_stored_or_shown_are_left_out():
    names = ["a.ckpt", "b\x00.ckpt", "c\ud800.ckpt", "x" * 301, 5]
    spec = {"input": {"required": {"ckpt_name": [names, {}]}}}
    catalog = read_object_info({"CheckpointLoaderSimple": spec, "Y\ud800": {}, "Z\x00": {}})
    assert catalog.checkpoints == ("a.ckpt",)
    assert catalog.nodes == {"CheckpointLoaderSimple"}
