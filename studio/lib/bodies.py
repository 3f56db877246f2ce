"""The cap on request bodies, for both entries of the server: what is refused, and in which words.

Knows lengths and what a client reads; never what is uploaded.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from studio.lib.figures import UPLOADS_REFUSED

STATUS = 413


@dataclass(frozen=True)
class Refusal:
    """The body of the 413 and its media type."""

    content_type: str
    body: bytes


def refusal(max_bytes: int, accept: str, referer: str) -> Refusal:
    """A page for a browser that posted a form, else the API's one shape of errors; counts it.

    `accept` and `referer` are headers of the request: a browser that waits for a page names HTML in
    the first, while scripts and programs do not, and where the form stood in the second.
    """
    UPLOADS_REFUSED.labels("too_large").inc()
    sentence = f"The upload is larger than {max_bytes // 2**20} MB. Send a smaller file."
    if "text/html" in accept:
        said = {"status": STATUS, "sentence": sentence, "back_url": referer}
        page = render_to_string("studio/refusal.html", said)
        return Refusal("text/html; charset=utf-8", page.encode())
    body = json.dumps({"code": "too_large", "detail": sentence, "errors": {}})
    return Refusal("application/json", body.encode())


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
        accept, referer = (environ.get(name, "") for name in ("HTTP_ACCEPT", "HTTP_REFERER"))
        refused = refusal(self.max_bytes, accept, referer)
        headers = [
            ("Content-Type", refused.content_type),
            ("Content-Length", str(len(refused.body))),
            ("Connection", "close"),
        ]
        start_response(f"{STATUS} Content Too Large", headers)
        return [refused.body]
