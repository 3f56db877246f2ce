"""Who was signed out before a form arrived: told at the sign-in, and led back to its page."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from studio.lib.htmx import is_shown, wants_fragment

NOTHING_DONE = "You were signed out, so nothing was changed. Sign in, then do it again."


class SignedOut:
    """Middleware: a form of who is signed out leads to the sign-in page with a sentence.

    After it one comes to the page that has the form: the form's own address is none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        door = reverse("sign-in")
        location = urlsplit(response.get("Location", ""))
        back = parse_qs(location.query).get("next")
        asks_who = location.path == door and back == [request.get_full_path()]
        by_hand = wants_fragment(request) or is_shown(request)
        if request.method == "POST" and asks_who and by_hand:
            messages.error(request, NOTHING_DONE)
            response["Location"] = f"{door}?{urlencode({'next': _page_of(request)})}"
        return response


def _page_of(request: HttpRequest) -> str:
    """The page of ours that the form was on."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        return reverse("home")
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
