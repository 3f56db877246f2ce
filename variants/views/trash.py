"""Pages of the trash: deleting, what is there, restoring, deleting for good; and of sources."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from characters import trashing as sources
from characters.models import Character, SourceImage
from characters.views import character_for
from people.access import require
from people.models import Project
from people.views import Request
from studio.lib.errors import StudioError
from studio.lib.htmx import toast, wants_fragment
from studio.lib.pages import page_of
from variants import trashing
from variants.fragments import card_of
from variants.models import ImageVariant
from variants.views.deciding import decision_of
from variants.views.gallery import variant_for


@login_required
@require_POST
def delete(request: Request, pk: int) -> HttpResponse:
    """Move a variant to the trash; its card goes, or one is back at its character."""
    variant = variant_for(request, pk)
    trashing.trash(request.user, variant, revision=decision_of(request)["revision"])
    sentence = f"Variant {variant.pk} is in the trash."
    if wants_fragment(request):
        return HttpResponse(toast(sentence, tone="pass"))
    messages.success(request, sentence)
    return redirect(variant.character)


@login_required
@require_safe
def of_character(request: Request, pk: int) -> HttpResponse:
    character = character_for(request, pk)
    require(request.user, "variant.delete", character)
    gone = character.sources.filter(deleted_at__isnull=False)
    context = {"character": character, "project": character.project, "tab": "trash"}
    return _page(request, {**context, "sources": gone}, character=character)


@login_required
@require_safe
def of_project(request: Request, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "variant.delete", project)
    gone = SourceImage.objects.filter(
        character__project=project, deleted_at__isnull=False
    ).select_related("character")
    return _page(request, {"project": project, "sources": gone}, character__project=project)


@login_required
@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    variant = _trashed(request, pk)
    trashing.restore(request.user, variant)
    messages.success(request, f"Variant {variant.pk} is restored.")
    return redirect(variant)


@login_required
@require_POST
def purge(request: Request, pk: int) -> HttpResponse:
    variant = _trashed(request, pk)
    trashing.purge(request.user, variant)
    messages.success(request, f"Variant {variant.pk} is deleted for good.")
    return redirect("character-trash", variant.character_id)


@login_required
@require_POST
def source(request: Request, pk: int, verb: str) -> HttpResponse:
    """Delete an old source version, restore it, or delete it for good."""
    rows = SourceImage.objects.visible_to(request.user).select_related("character__project")
    row = get_object_or_404(rows, pk=pk)
    steps = {
        "delete": (sources.trash_source, "is in the trash"),
        "restore": (sources.restore_source, "is restored"),
        "purge": (sources.purge_source, "is deleted for good"),
    }
    step, became = steps[verb]
    try:
        step(request.user, row)
    except StudioError as error:
        if error.status != 409:
            raise
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"Source v{row.version} {became}.")
    return redirect(
        "character-history" if verb == "delete" else "character-trash", row.character_id
    )


def _page(request: Request, context: dict[str, Any], **where: Character | Project) -> HttpResponse:
    rows = ImageVariant.objects.showing_to(request.user).trashed().for_cards()
    rows = rows.select_related("character").filter(**where)
    found, following = page_of(request, rows)
    shown = {"cards": [card_of(row) for row in found], "next_url": following or ""}
    return render(request, "variants/trash.html", {**context, **shown})


def _trashed(request: Request, pk: int) -> ImageVariant:
    rows = ImageVariant.objects.showing_to(request.user).trashed()
    return get_object_or_404(rows.select_related("character__project"), pk=pk)
