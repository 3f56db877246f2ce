"""Where a person left a gallery, as the page says it, and the menu of their saved views."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from characters.models import Character
from characters.views import character_for
from people.views import Request
from studio.lib.htmx import toast
from variants import bookmarking
from variants.models import SavedView


@login_required
@require_POST
def keep_place(request: Request, pk: int) -> HttpResponse:
    """The page says so as the person goes."""
    bookmarking.keep_place(request.user, character_for(request, pk), request.POST)
    return HttpResponse(status=204)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: Request, pk: int) -> HttpResponse:
    """The menu; a POST gives what the page shows a `name` first."""
    character = character_for(request, pk)
    if request.method != "POST":
        return _menu(request, character)
    view = bookmarking.save_view(request.user, request.POST.get("name", ""), _shown(request))
    return _menu(request, character, f"{view.name} is saved.")


@login_required
@require_POST
def rename(request: Request, pk: int, view: int) -> HttpResponse:
    character, row = character_for(request, pk), _view(request, view)
    bookmarking.rename_view(row, request.POST.get("name", ""))
    return _menu(request, character, f"The view is called {row.name} now.")


@login_required
@require_POST
def delete(request: Request, pk: int, view: int) -> HttpResponse:
    character, row = character_for(request, pk), _view(request, view)
    row.delete()
    return _menu(request, character, f"{row.name} is deleted.")


def _view(request: Request, pk: int) -> SavedView:
    return get_object_or_404(bookmarking.views_of(request.user), pk=pk)


def _shown(request: Request) -> str:
    """The query string of the page that the exchange came from."""
    return request.headers.get("HX-Current-URL", "").partition("?")[2].partition("#")[0]


def _menu(request: Request, character: Character, sentence: str = "") -> HttpResponse:
    rows = list(bookmarking.views_of(request.user))
    now = bookmarking.kept(_shown(request))
    shown = next((view.pk for view in rows if view.query == now), None)
    context = {"character": character, "views": rows, "shown": shown}
    response = render(request, "variants/_views.html", context)
    if sentence:
        response.content += toast(sentence, tone="pass").encode()
    return response
