"""The cap on request bodies, for both entries of the server: what is refused, and in which words.

Knows lengths; never what is uploaded.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from studio.lib.figures import UPLOADS_REFUSED


def refusal(max_bytes: int) -> bytes:
    """The body of the 413, in the API's one shape of errors; counts it."""
    UPLOADS_REFUSED.labels("too_large").inc()
    detail = f"The upload is larger than {max_bytes // 2**20} MB. Send a smaller file."
    return json.dumps({"code": "too_large", "detail": detail, "errors": {}}).encode()


class BodyCap:
    """WSGI: a body that is larger than any upload may be is 413, and nothing of it is read.

    Django reads at most the length that was announced, so that is all there is to look at.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) <= self.max_bytes:
            return self.app(environ, start_response)
        body = refusal(self.max_bytes)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        start_response("413 Content Too Large", headers)
        return [body]
