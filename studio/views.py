"""What every page knows, and what a refusal looks like."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from people.models import Theme, User
from studio.lib.errors import DatabaseAway, StudioError, pause_of
from studio.lib.htmx import is_shown, toast, wants_fragment
from studio.opened import is_kept

log = logging.getLogger(__name__)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: the theme, the name of the place, whether it is kept as opened, and
    whether it is shown: what a script was led to is not, and leaves the messages to the next.
    """
    return {
        "theme": _theme(request),
        "workspace": {"name": "Likeness Studio"},
        "keeps_opened": is_kept(request),
        "is_shown": is_shown(request),
    }


def _theme(request: HttpRequest) -> str:
    """The person's, else the browser's; a page that says that the database is away has one too."""
    chosen = request.COOKIES.get("theme")
    try:
        user = getattr(request, "user", None)
        chosen = user.theme if isinstance(user, User) else chosen
    except (OperationalError, InterfaceError):
        log.info("the person's theme was not read")
    return chosen if chosen in Theme.values else Theme.AUTO.value


FORM_ONLY = (
    "This address only takes what a form of the studio sends, so nothing was changed. "
    "Open the page again and press its button."
)


class RefusalPages:
    """Middleware: a StudioError raised by a page, or a wrong method, becomes a sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = _error_page(request, 405, FORM_ONLY, "method_not_allowed")
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            log.warning("the database did not answer a page", exc_info=error)
            error = DatabaseAway()
        if not isinstance(error, StudioError):
            return None
        if wants_fragment(request):
            html = toast(error.sentence, tone="fail")
            response = HttpResponse(html, status=error.status)
            response["HX-Reswap"] = "none"
        else:
            response = _error_page(request, error.status, error.sentence, error.code)
        for name, value in pause_of(error).items():
            response[name] = value
        return response


def _error_page(request: HttpRequest, status: int, sentence: str, code: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        body = {"code": code, "detail": sentence, "errors": {}}
        return JsonResponse(body, status=status)
    context = {
        "code": code,
        "sentence": sentence,
        "status": status,
        "back_url": request.headers.get("Referer", "/"),
    }
    return render(request, "studio/refusal.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        limit_mb = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
        sentence = f"That is more than {limit_mb} MB in one go. Send less at once."
        return _error_page(request, 413, sentence, "too_large")
    if isinstance(exception, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        sentence = f"That is more than {most} fields in one go. Choose fewer at once."
        return _error_page(request, 400, sentence, "too_many_fields")
    return _error_page(
        request, 400, "The request was malformed. Go back and try again.", "malformed"
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, 403, "You may not do this.", "forbidden")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = "There is nothing here, or it is not yours to see."
    return _error_page(request, 404, sentence, "not_found")


def broken(request: HttpRequest) -> HttpResponse:
    """The last resort asks nothing of the database."""
    if request.path_info.startswith("/api/"):
        sentence = "Something broke on our side and is logged. Try again, or tell an admin."
        return _error_page(request, 500, sentence, "broken")
    return HttpResponse(render_to_string("500.html"), status=500)
