"""The product's REST API from outside, as one signed-in person. Knows HTTP, not what is done."""

import json
import mimetypes
import secrets
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from script.launch.processes import DIRECT
from script.launch.telling import LaunchError

TIMEOUT_S = 60.0


class ApiError(LaunchError):
    """The API refused; the message is its own sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(f"{sentence} ({status} {code})")
        self.status = status
        self.code = code


class Api:
    """Calls under `/api/v1/`, with a token that is fetched again when it has run out."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self._root = f"{address}/api/v1/"
        self._sign_in = {"username": username, "password": password}
        self._token = ""
        self.username = username

    def sign_in(self) -> None:
        """Fetch an access token. Raises ApiError when the password is wrong."""
        self._token = ""
        self._token = self.post("auth/token", self._sign_in)["access"]

    def get(self, path: str) -> Any:
        """The JSON of a path below the API, or of an absolute path of the same server."""
        return json.loads(self.download(path))

    def post(self, path: str, body: object = None) -> Any:
        """Send JSON; the JSON that comes back."""
        data = json.dumps({} if body is None else body).encode()
        return json.loads(self._call(path, data, "application/json") or b"null")

    def upload(self, path: str, file: Path) -> Any:
        """Send a file as the multipart field `file`; the JSON that comes back."""
        boundary = secrets.token_hex(16)
        name = file.name.replace("\\", "_").replace('"', "_")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        )
        body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        return json.loads(self._call(path, body, f"multipart/form-data; boundary={boundary}"))

    def download(self, path: str) -> bytes:
        """The bytes of a path below the API, or of an absolute path of the same server."""
        return self._call(path, None, "")

    def _call(self, path: str, data: bytes | None, content_type: str) -> bytes:
        try:
            return self._send(path, data, content_type)
        except ApiError as error:
            if error.status != 401 or not self._token:
                raise
        self.sign_in()
        return self._send(path, data, content_type)

    def _send(self, path: str, data: bytes | None, content_type: str) -> bytes:
        url = urljoin(self._root, path)
        if urlsplit(url).netloc != urlsplit(self._root).netloc:
            raise LaunchError(f"The API names a file on another host: {url}")
        request = urllib.request.Request(url, data, headers={"Accept": "*/*"})  # noqa: S310
        if content_type:
            request.add_header("Content-Type", content_type)
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with DIRECT.open(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except OSError as error:
            raise LaunchError(f"The server did not answer {url}: {error}") from None


def _refusal(error: urllib.error.HTTPError) -> ApiError:
    """What the API said in its one shape, or the bare status."""
    try:
        told = json.loads(error.read())
        return ApiError(error.code, told["code"], told["detail"])
    except (ValueError, KeyError, TypeError):
        return ApiError(error.code, "unknown", f"{error.url} answered {error.code}.")
