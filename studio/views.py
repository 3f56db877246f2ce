"""Home, the project page, and what a refusal looks like."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from characters.models import Character, ContentRating
from people.access import can
from people.forms import MemberForm
from people.models import Project
from people.views import THEMES, Request
from studio.lib.errors import DatabaseAway, StudioError, pause_of
from studio.lib.htmx import toast, wants_fragment
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

log = logging.getLogger(__name__)

HOME_CARDS = 60


@dataclass(frozen=True)
class HomeCard:
    """A character at a glance."""

    character: Character
    heroes: list[ImageVariant]
    running: int
    waiting: int

    @property
    def source(self) -> Any:
        return self.character.current_source


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: the theme and the name of the place."""
    chosen = request.COOKIES.get("theme", "auto")
    return {
        "theme": chosen if chosen in THEMES else "auto",
        "workspace": {"name": "Likeness Studio"},
    }


def cards_of(characters: QuerySet[Character]) -> list[HomeCard]:
    """Home cards, in four queries however many there are."""
    present = Q(variants__deleted_at__isnull=True)
    working = (VariantStatus.PENDING, VariantStatus.GENERATING)
    rows = (
        characters.filter(archived_at__isnull=True)
        .select_related("project", "current_source", "baseline_status")
        .annotate(
            running=Count("variants", filter=present & Q(variants__status_id__in=working)),
            waiting=Count(
                "variants", filter=present & Q(variants__status_id=VariantStatus.GENERATED)
            ),
        )
        .prefetch_related(
            Prefetch(
                "variants",
                queryset=ImageVariant.objects.filter(
                    is_hero=True, content_rating=ContentRating.GENERAL
                ).order_by("variant_type"),
                to_attr="hero_rows",
            )
        )
        .order_by("-updated_at", "-id")[:HOME_CARDS]
    )
    return [HomeCard(row, row.hero_rows, row.running, row.waiting) for row in rows]


@login_required
@require_safe
def home(request: Request) -> HttpResponse:
    """My characters, or the way to the first one."""
    projects = list(Project.objects.visible_to(request.user).filter(archived_at__isnull=True))
    context = {
        "cards": cards_of(Character.objects.visible_to(request.user)),
        "projects": projects,
        "can_create_project": can(request.user, "project.create"),
        "can_create_character": bool(projects) and can(request.user, "character.create"),
    }
    return render(request, "studio/home.html", context)


@login_required
@require_safe
def project(request: Request, pk: int) -> HttpResponse:
    """A project: its characters and its members."""
    row = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    context = {
        "project": row,
        "characters": cards_of(row.characters.all()),
        "members": row.memberships.select_related("user").order_by("user__username"),
        "member_form": MemberForm(),
        "can_edit": can(request.user, "project.edit", row),
        "can_members": can(request.user, "project.members", row),
        "can_create_character": can(request.user, "character.create", row),
    }
    return render(request, "people/project.html", context)


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
