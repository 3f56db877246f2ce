"""Bodies beyond any upload are cut by the server's entry: 413, and nothing is read further."""

import json

from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from studio.asgi import BodyCap, application

CAP = settings.MAX_BODY_BYTES


def scope(headers, path="/api/v1/characters/1/source-image", method="POST"):
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }


async def answer_of(server):
    start = await server.receive_output(timeout=10)
    assert start["type"] == "http.response.start"
    body = await server.receive_output(timeout=10)
    return start["status"], dict(start["headers"]), body["body"]


def is_refusal(status, headers, body):
    assert status == 413
    assert headers[b"content-type"] == b"application/json"
    said = json.loads(body)
    assert said["code"] == "too_large"
    assert "61 MB" in said["detail"]
    assert said["errors"] == {}


async def test_a_length_that_is_too_much_is_refused_before_a_byte_is_read():
    server = ApplicationCommunicator(
        application, scope([(b"content-length", str(CAP + 1).encode())])
    )
    is_refusal(*await answer_of(server))
    await server.wait()


async def test_a_browser_that_posted_a_form_gets_a_page():
    headers = [(b"content-length", str(CAP + 1).encode()), (b"accept", b"text/html,*/*;q=0.8")]
    server = ApplicationCommunicator(application, scope(headers, path="/characters/1/source/"))
    status, said, body = await answer_of(server)
    assert (status, said[b"content-type"]) == (413, b"text/html; charset=utf-8")
    assert b"larger than 61 MB" in body
    await server.wait()


async def test_a_stream_without_a_length_is_cut_when_it_gets_too_much(committed):
    server = ApplicationCommunicator(application, scope([(b"transfer-encoding", b"chunked")]))
    part = bytes(2**20)
    for _ in range(CAP // len(part) + 1):
        await server.send_input({"type": "http.request", "body": part, "more_body": True})
    is_refusal(*await answer_of(server))
    assert await server.receive_nothing(timeout=0.2), "one answer, not two"
    await server.wait()


async def test_a_length_that_lies_is_found_out():
    async def reader(_scope, receive, send):
        while (message := await receive())["type"] != "http.disconnect":
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def server(_scope, receive, send):
        await BodyCap(reader, 10)(_scope, receive, send)

    talk = ApplicationCommunicator(server, scope([(b"content-length", b"5")]))
    await talk.send_input({"type": "http.request", "body": bytes(11), "more_body": True})
    status, _, _ = await answer_of(talk)
    assert status == 413
    assert await talk.receive_nothing(timeout=0.1)


async def test_what_fits_goes_through_whole():
    got = []

    async def reader(_scope, receive, send):
        more = True
        while more:
            message = await receive()
            got.append(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    talk = ApplicationCommunicator(BodyCap(reader, 10), scope([(b"content-length", b"10")]))
    await talk.send_input({"type": "http.request", "body": b"01234", "more_body": True})
    await talk.send_input({"type": "http.request", "body": b"56789", "more_body": False})
    assert (await answer_of(talk))[0] == 201
    assert b"".join(got) == b"0123456789"
