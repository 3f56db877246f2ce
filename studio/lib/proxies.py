"""Whose request it is behind a proxy. Used only where the proxy is the only way in."""

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """Middleware: the person's address is the one that the proxy saw, not the proxy's own.

    Sign-in pauses and the audit count on it. A proxy that names none, or nonsense, is not
    believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = request.META.get("HTTP_X_REAL_IP", "")
        try:
            request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(named))
        except ValueError:
            # A unix socket has no address; the audit's column holds one or nothing.
            request.META["REMOTE_ADDR"] = request.META.get("REMOTE_ADDR") or None
        return self.get_response(request)
