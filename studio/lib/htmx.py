"""Answering page or fragment from one URL."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


def wants_fragment(request: HttpRequest) -> bool:
    """True for an htmx exchange that is not a boosted page load or a restored history entry."""
    details = getattr(request, "htmx", None)
    if not details:
        return False
    return not details.boosted and not details.history_restore_request


def is_shown(request: HttpRequest) -> bool:
    """Whether the browser shows the answer as a page; what a script was led to is not seen."""
    return not wants_fragment(request) and request.headers.get("Sec-Fetch-Mode") in (
        None,
        "navigate",
    )


def answer(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render `fragment` for htmx and `page` for everybody else."""
    return render(request, fragment if wants_fragment(request) else page, context, status=status)


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect the page: plainly, or through htmx."""
    if wants_fragment(request):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)


def back_from(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that the form named as `next` by its path, or another one."""
    back = request.POST.get("next", "")
    # What has no path would be taken for the name of a route.
    is_path = back.startswith("/")
    ours = is_path and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return back if ours else otherwise


def toast(
    message: str, *, tone: str = "none", url: str = "", label: str = "", undo: str = ""
) -> str:
    """The HTML of a toast, to be appended to a fragment's answer; `undo` is what takes it back."""
    said = {"message": message, "tone": tone, "url": url, "label": label, "undo": undo}
    return render_to_string("studio/_toast.html", said)
