"""What is known of each request while it runs: its id in every log line, its time in the figures.

It reads no body, no query string and no header but the request's id.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from jobs import attending
from studio.lib.figures import HTTP_SECONDS
from studio.lib.logs import request_of_line

log = logging.getLogger("studio.requests")

REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ASKED_OFTEN = ("static", "healthz", "readyz", "metrics", "tokens-css")


class Traced:
    """Middleware, the outermost: binds the request's id and answers with it, then tells the time.

    `X-Request-ID` is taken over from a proxy when it is plain; anything else gets a new one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        # Not unbound afterwards: Django tells of a 4xx or 5xx when every middleware is done.
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        request_of_line.set(request)
        attending.attend("web")
        began_at = time.perf_counter()
        response = self.get_response(request)
        _tell(request, response, time.perf_counter() - began_at)
        response["X-Request-ID"] = request_id
        return response


def _tell(request: HttpRequest, response: HttpResponse, took_s: float) -> None:
    route = _route(request)
    method = request.method if request.method in METHODS else "OTHER"
    HTTP_SECONDS.labels(route, method, response.status_code).observe(took_s)
    level = logging.DEBUG if route in ASKED_OFTEN else logging.INFO
    facts = {"route": route, "status": response.status_code, "took_ms": round(took_s * 1000)}
    log.log(level, "%s %s", method, request.path, extra=facts)


def _route(request: HttpRequest) -> str:
    """The route's name: an address would be a label without end."""
    if request.resolver_match:
        return request.resolver_match.view_name or request.resolver_match.route
    return "static" if request.path_info.startswith("/static/") else "none"
