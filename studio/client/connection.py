"""HTTP to one studio as one person: tokens, JSON, files, pages. Knows no verb of the API.

The standard library is all it takes: the launchers run it before anything is installed.
"""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from studio.client.errors import NO_ANSWER, ApiError, refusal
from studio.client.forms import multipart

TIMEOUT_S = 60.0
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Connection:
    """Calls of one person below `/api/v1/`. For one thread: a refresh token is good only once."""

    def __init__(
        self, url: str, username: str = "", password: str = "", token: str = "", refresh: str = ""
    ) -> None:
        self._root = f"{url.rstrip('/')}/api/v1/"
        self._credentials = {"username": username, "password": password}
        self._access = token
        self._refresh = refresh
        self.username = username
        # A proxy of the environment cannot reach what is on this machine.
        proxies: dict[str, str] | None = {} if urlsplit(url).hostname in LOOPBACK else None
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))

    def sign_in(self) -> dict[str, str]:
        """A new pair of tokens, `access` and `refresh`, for the name and the password.

        The other calls do this by themselves, and refresh a token that has run out.
        """
        if not self._credentials["password"]:
            raise ApiError(401, "not_authenticated", "Sign in: give a name and a password.")
        return self._renewed("auth/token", self._credentials)

    def get(self, path: str) -> Any:
        """The JSON of a path below the API, or of an address that the API gave."""
        return json.loads(self.download(path))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send JSON; the JSON that comes back."""
        return self.send("POST", path, body)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        file: Path | None = None,
        revision: int | None = None,
        key: str = "",
    ) -> Any:
        """Send JSON, or a file as the multipart field `file` with `body` beside it.

        `revision` goes out as If-Match, `key` as Idempotency-Key. The JSON that comes back, None
        where nothing does.
        """
        headers = {"Idempotency-Key": key} if key else {}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        if file is None:
            headers["Content-Type"], data = "application/json", json.dumps(body or {}).encode()
        else:
            headers["Content-Type"], data = multipart(file, body or {})
        return json.loads(self._call(method, path, data, headers) or b"null")

    def download(self, path: str) -> bytes:
        """The bytes of a path below the API, or of an address that the API gave."""
        return self._call("GET", path, None, {})

    def each(self, path: str, **filters: object) -> Iterator[Any]:
        """Every row of a list, page after page as they are needed; filters of None are left out."""
        query = urlencode({name: value for name, value in filters.items() if value is not None})
        following: str | None = f"?{query}" if query else ""
        while following is not None:
            page = self.get(path + following)
            yield from page["results"]
            following = page["next"]

    def _call(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> bytes:
        if not self._access:
            self.sign_in()
        try:
            return self._send(method, path, data, headers)
        except ApiError as error:
            if error.status != 401 or not (self._refresh or self._credentials["password"]):
                raise
        self._renew()
        return self._send(method, path, data, headers)

    def _renew(self) -> None:
        """The next tokens. A refresh token is spent by asking, even where no answer comes."""
        spent, self._refresh = self._refresh, ""
        try:
            if spent:
                self._renewed("auth/token/refresh", {"refresh": spent})
                return
        except ApiError as error:
            if error.status != 401 or not self._credentials["password"]:
                raise
        self.sign_in()

    def _renewed(self, path: str, body: dict[str, str]) -> dict[str, str]:
        self._access = ""
        said = self._send(
            "POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        tokens: dict[str, str] = json.loads(said)
        self._access, self._refresh = tokens["access"], tokens["refresh"]
        return tokens

    def _send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> bytes:
        url = urljoin(self._root, path)
        if urlsplit(url)[:2] != urlsplit(self._root)[:2]:
            raise ApiError(0, "foreign_address", f"The API names a file on another host: {url}")
        request = urllib.request.Request(  # noqa: S310  the address of the studio, as checked above
            url, data, headers={"Accept": "*/*", **headers}, method=method
        )
        if self._access:
            # Not sent on where the studio leads to its storage: that address is signed by itself.
            request.add_unredirected_header("Authorization", f"Bearer {self._access}")
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise refusal(error.code, error.read(), url, error.headers.get("Retry-After")) from None
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(0, NO_ANSWER, f"The server did not answer {url}: {error}") from None
