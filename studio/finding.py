"""Finding one's way: projects, characters and pages by a few letters, for the command palette.

The same address is a page with a form, where there is no script.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from characters.models import Character
from people.models import Project, User
from people.views import Request
from studio.lib.addresses import word
from studio.lib.htmx import answer
from studio.lib.limiting import spend
from studio.matching import nearest
from studio.opened import opened

MAX_SAID = 60  # characters
MOST = 8
NEWEST = 2000  # among so many newest ones letters may be left out; older ones are found by words
PAGES = (
    ("Home", "home", "user"),
    ("Projects", "projects", "folder"),
    ("Jobs", "jobs", "clock"),
    ("Settings", "settings", "gear"),
)
PAGES_OF_ADMINS = (
    ("New project", "project-create", "plus"),
    ("Operations", "operations", "pulse"),
    ("Webhooks", "webhooks", "up"),
    ("Administration", "admin:index", "lock"),
)


@dataclass(frozen=True)
class Way:
    """Somewhere to go: its name, a word beside it, an icon and the address."""

    title: str
    word: str
    icon: str
    url: str


@dataclass(frozen=True)
class Group:
    """Ways of one kind."""

    title: str
    ways: Sequence[Way]


@login_required
@require_safe
def find(request: Request) -> HttpResponse:
    """What matches `q`; without it the pages opened last, and where else one may go."""
    said = word(request, "q").strip()[:MAX_SAID]
    if said:
        spend("search", request.user.pk)
        groups = _matching(request.user, said)
    else:
        last = [Way(page.title, page.word, page.icon, page.url) for page in opened(request.user)]
        groups = [Group("Recently open", last[:MOST]), Group("Pages", _pages(request.user))]
    context = {"groups": [group for group in groups if group.ways], "said": said}
    return answer(request, "studio/find.html", "studio/_found.html", context)


def _matching(user: User, said: str) -> list[Group]:
    projects = Project.objects.visible_to(user).filter(archived_at__isnull=True)
    characters = Character.objects.visible_to(user).filter(
        archived_at__isnull=True, project__archived_at__isnull=True
    )
    return [
        Group(
            "Characters",
            [
                Way(row.name, row.project.name, "picture", row.get_absolute_url())
                for row in _nearest(said, characters.select_related("project"))
            ],
        ),
        Group(
            "Projects",
            [
                Way(row.name, "Project", "folder", row.get_absolute_url())
                for row in _nearest(said, projects)
            ],
        ),
        Group("Pages", nearest(said, _pages(user), lambda way: way.title, MOST)),
    ]


def _nearest(said: str, rows: QuerySet[Any]) -> Iterable[Any]:
    """The rows whose names match best; their names are read first, then the few that are shown."""
    named = rows.order_by("-pk").values_list("pk", "name")
    by_words = named
    for one in said.split():
        by_words = by_words.filter(name__icontains=one)
    candidates = dict([*named[:NEWEST], *by_words[:NEWEST]])
    best = [pk for pk, _ in nearest(said, candidates.items(), lambda pair: pair[1], MOST)]
    found = rows.in_bulk(best)
    return [found[pk] for pk in best if pk in found]


def _pages(user: User) -> list[Way]:
    pages = PAGES + PAGES_OF_ADMINS if user.is_admin else PAGES
    return [Way(title, "", icon, reverse(name)) for title, name, icon in pages]
