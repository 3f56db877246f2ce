"""A real local S3 (moto's server), and a door before it that can be shut, slow, full or lying."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

BUCKET = "studio"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test-secret"}


class Door(ThreadingHTTPServer):
    """Passes requests on to the S3 behind it, unless `mode` says otherwise.

    `pass`; `broken` (503), `full` (507), `silent` (no answer), `cut` (half a body), `lying` (other
    bytes) for requests whose method is `method`, or for all when that is empty.
    """

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.behind = urlsplit(behind).netloc
        self.mode = "pass"
        self.method = ""
        self.opened = threading.Event()
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def shut(self, mode: str, method: str = "") -> None:
        self.mode, self.method = mode, method


class _Passing(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append(self.command)
        mode = self.server.mode if self.server.method in ("", self.command) else "pass"
        self.close_connection = True
        if mode == "silent":
            self.server.opened.wait(60)
            return
        if mode in ("broken", "full"):
            self._answer(503 if mode == "broken" else 507, [], b"")
            return
        behind = http.client.HTTPConnection(self.server.behind)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        data = answer.read()
        behind.close()
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() != "transfer-encoding"]
        if mode == "lying" and answer.status == 200:
            data = bytes([data[0] ^ 1]) + data[1:]
        self._answer(answer.status, headers, data[: len(data) // 2] if mode == "cut" else data)

    def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.send_response_only(status)
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("Content-Length", str(len(data)))]
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _pass  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


class S3:
    """The server, its bucket, and a client beside the product's own."""

    def __init__(self, url: str, door: Door) -> None:
        self.url = url
        self.door = door
        self.client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )
        self.client.create_bucket(Bucket=BUCKET)

    def listed(self) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return sorted(item["Key"] for item in listed)

    def body(self, key: str) -> bytes:
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def write(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)


@contextmanager
def start_server() -> Iterator[str]:
    """Moto's server on a free port; its address. It keeps what it was given until it ends."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def open_bucket(server_url: str) -> Iterator[S3]:
    """An empty bucket behind a door of its own."""
    door = Door(server_url)
    threading.Thread(target=door.serve_forever, name="s3-door", daemon=True).start()
    try:
        s3 = S3(server_url, door)
        yield s3
        for key in s3.listed():
            s3.client.delete_object(Bucket=BUCKET, Key=key)
        s3.client.delete_bucket(Bucket=BUCKET)
    finally:
        door.opened.set()
        door.shutdown()
        door.server_close()
