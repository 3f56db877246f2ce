"""Home and the project page: lists of characters."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from characters.models import Character, ContentRating
from people.access import can
from people.forms import MemberForm
from people.models import Project
from people.requests import archived_or_not
from people.views import Request
from studio.lib.addresses import word
from studio.lib.pages import CappedCount, counted, page_of
from studio.opened import opened
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

MOST_OPENED = 6


@dataclass(frozen=True)
class HomeCard:
    """A character at a glance; the row is one of `_for_cards`."""

    character: Any

    @property
    def source(self) -> Any:
        return self.character.current_source

    @property
    def heroes(self) -> list[ImageVariant]:
        return list(self.character.hero_rows)

    @property
    def running(self) -> str:
        """How many of its variants are being made, "" for none."""
        return _said(self.character.running)

    @property
    def waiting(self) -> str:
        """How many of its variants wait for a decision, "" for none."""
        return _said(self.character.waiting)


def _said(number: int) -> str:
    return counted(number) if number else ""


def _for_cards(characters: QuerySet[Character]) -> QuerySet[Character]:
    """With all that a card shows, in two queries."""
    present = ImageVariant.objects.present().filter(character=OuterRef("pk"))
    states = {
        "running": (VariantStatus.PENDING, VariantStatus.GENERATING),
        "waiting": (VariantStatus.GENERATED,),
    }
    counts = {
        name: sum(CappedCount(present, "status__id", state) for state in of)
        for name, of in states.items()
    }
    heroes = ImageVariant.objects.filter(is_hero=True, content_rating=ContentRating.GENERAL)
    return (
        characters.select_related("project", "current_source", "baseline_status")
        .annotate(**counts)
        .prefetch_related(
            Prefetch("variants", heroes.order_by("variant_type"), to_attr="hero_rows")
        )
    )


def listing(request: Request, characters: QuerySet[Character]) -> dict[str, Any]:
    """A page of the characters that `?archived=` asks for, and whether there are archived ones.

    Raises BadQuery and BadCursor.
    """
    chosen = characters.filter(**archived_or_not(request))
    found, following = page_of(request, _for_cards(chosen))
    return {
        "cards": [HomeCard(row) for row in found],
        "next_url": following or "",
        "archived": request.GET.get("archived", "no"),
        "has_archived": characters.filter(archived_at__isnull=False).exists(),
    }


@login_required
@require_safe
def home(request: Request) -> HttpResponse:
    """My characters, or the way to the first one."""
    projects = list(Project.objects.visible_to(request.user).filter(archived_at__isnull=True))
    context = {
        **listing(request, Character.objects.visible_to(request.user)),
        "opened": opened(request.user)[:MOST_OPENED],
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
        **listing(request, row.characters.all()),
        "project": row,
        "members": row.memberships.select_related("user").order_by("user__username"),
        "member_form": MemberForm(initial={"username": word(request, "member")}),
        "can_edit": can(request.user, "project.edit", row),
        "can_members": can(request.user, "project.members", row),
        "can_create_character": can(request.user, "character.create", row),
    }
    return render(request, "people/project.html", context)
