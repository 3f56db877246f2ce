"""The pages that a person opened last: what they are called, as long as they may be seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST

from characters.models import Character
from people import workspace
from people.models import Project, User
from people.views import Request
from studio.lib.addresses import LARGEST
from variants.models import ImageVariant

# Name of an address to what it is about, the word beside the name, and the icon.
PAGES = {
    "project": ("project", "Project", "folder"),
    "character": ("character", "Variants", "picture"),
    "review": ("character", "Review", "check"),
    "generate": ("character", "Generate", "sparkle"),
    "character-editing": ("character", "Editing", "edit"),
    "character-drift": ("character", "Likeness", "pulse"),
    "character-history": ("character", "History", "history"),
    "variant": ("variant", "Variant", "picture"),
}


@dataclass(frozen=True)
class Opened:
    """A page to go back to: `word` says which one of the thing called `title`."""

    title: str
    word: str
    icon: str
    url: str


def opened(user: User) -> list[Opened]:
    """The pages that the person opened last and may still see, newest first; three queries."""
    pages = [page for page in workspace.opened_pages(user) if page[0] in PAGES]
    titles = {
        kind: _titles(user, kind, {pk for name, pk in pages if PAGES[name][0] == kind})
        for kind in {PAGES[name][0] for name, _pk in pages}
    }
    return [
        Opened(titles[kind][pk], word, icon, reverse(name, args=[pk]))
        for name, pk in pages
        for kind, word, icon in [PAGES[name]]
        if pk in titles[kind]
    ]


def is_kept(request: Any) -> bool:
    """Whether the page that is shown is one of those."""
    match = getattr(request, "resolver_match", None)
    return match is not None and match.url_name in PAGES


@login_required
@require_POST
def open_page(request: Request) -> HttpResponse:
    """Keep that the person opened a page; its address is `path`."""
    try:
        match = resolve(request.POST.get("path", ""))
    except Resolver404 as error:
        raise Http404 from error
    pk = match.kwargs.get("pk", 0)
    if match.url_name not in PAGES or pk > LARGEST:
        raise Http404
    if not _titles(request.user, PAGES[match.url_name][0], [pk]):
        raise Http404
    workspace.open_page(request.user, match.url_name, pk)
    return HttpResponse(status=204)


def _titles(user: User, kind: str, pks: Iterable[int]) -> dict[int, str]:
    """By id the names of those that the person may see."""
    if kind == "project":
        return dict(_of(Project.objects.visible_to(user), pks).values_list("pk", "name"))
    if kind == "character":
        return dict(_of(Character.objects.visible_to(user), pks).values_list("pk", "name"))
    rows = _of(ImageVariant.objects.visible_to(user).present(), pks)
    shown = rows.values_list("pk", "character__name", "variant_type_id")
    return {pk: f"{name} · {variant_type} {pk}" for pk, name, variant_type in shown}


def _of(rows: QuerySet[Any], pks: Iterable[int]) -> QuerySet[Any]:
    return rows.filter(pk__in=list(pks))
