"""Buttons that decide about one variant: shortlist, candidate again, keep, tags, withhold, undo."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from characters.views import character_for
from people.views import Request
from studio.lib.htmx import toast, wants_fragment
from variants import quarantining, rechecking, regenerating, reviewing, tagging, undoing
from variants.models import ImageVariant
from variants.undoing import Undone
from variants.views.deciding import REFUSALS, after, decision_of, refused
from variants.views.gallery import row_for
from variants.views.picking import back_of


def _shortlist(request: Request, variant: ImageVariant, seen: int | None) -> str:
    reviewing.shortlist(request.user, variant, revision=seen)
    return f"Candidate {variant.pk} is on the shortlist."


def _unshortlist(request: Request, variant: ImageVariant, seen: int | None) -> str:
    reviewing.shortlist(request.user, variant, on=False, revision=seen)
    return f"Candidate {variant.pk} is off the shortlist."


def _reconsider(request: Request, variant: ImageVariant, seen: int | None) -> str:
    reviewing.reconsider(request.user, variant, revision=seen)
    return f"Variant {variant.pk} is a candidate again."


def _keep(request: Request, variant: ImageVariant, seen: int | None) -> str:
    rechecking.keep(request.user, variant, revision=seen)
    return f"Variant {variant.pk} stays the hero."


def _recheck(request: Request, variant: ImageVariant, seen: int | None) -> str:
    rechecking.recheck(request.user, variant, revision=seen)
    return "The checks run against the present source."


def _regenerate(request: Request, variant: ImageVariant, seen: int | None) -> str:
    ordered = regenerating.regenerate(request.user, variant, revision=seen)
    return f"Candidate {ordered.variants[0].pk} is on its way, by the same recipe."


def _tags(request: Request, variant: ImageVariant, seen: int | None) -> str:
    add = tagging.split(request.POST.get("tags", ""))
    tagging.tag(request.user, variant, add, request.POST.getlist("remove"), revision=seen)
    return "The tags are changed."


def _quarantine(request: Request, variant: ImageVariant, seen: int | None) -> str:
    reason = request.POST.get("reason", "")
    quarantining.quarantine(request.user, variant, reason, revision=seen)
    return f"Variant {variant.pk} is withheld."


ACTS: dict[str, Callable[[Request, ImageVariant, int | None], str]] = {
    "shortlist": _shortlist,
    "unshortlist": _unshortlist,
    "reconsider": _reconsider,
    "keep": _keep,
    "recheck": _recheck,
    "regenerate": _regenerate,
    "tags": _tags,
    "quarantine": _quarantine,
}


@login_required
@require_POST
def decide(request: Request, pk: int, verb: str) -> HttpResponse:
    """One button of `ACTS`; a stale page is told what changed and shown the present state."""
    variant = row_for(request, pk)
    seen = decision_of(request)["revision"]
    try:
        sentence = ACTS[verb](request, variant, seen)
    except REFUSALS as error:
        return refused(request, variant, error)
    return after(request, variant, sentence)


@login_required
@require_POST
def turn(request: Request, pk: int, verb: str) -> HttpResponse:
    """Undo the last decision about a variant, or redo what was undone."""
    rows = ImageVariant.objects.visible_to(request.user).select_related("character__project")
    variant = get_object_or_404(rows, pk=pk)
    step = undoing.undo if verb == "undo" else undoing.redo
    done = step(request.user, variant)
    variant.refresh_from_db()
    if variant.is_trashed:
        messages.success(request, told(done, verb))
        return redirect(variant.character)
    response = after(request, variant, told(done, verb))
    return trigger_client_event(response, "refresh") if len(done.changed) > 1 else response


@login_required
@require_POST
def turn_last(request: Request, pk: int, verb: str) -> HttpResponse:
    """Undo one's last decision on a character, or redo what was undone."""
    character = character_for(request, pk)
    step = undoing.undo_last if verb == "undo" else undoing.redo_last
    done = step(request.user, character)
    sentence = told(done, verb)
    if wants_fragment(request):
        response = HttpResponse(toast(sentence, tone="pass"))
        trigger_client_event(response, "refresh")
        return trigger_client_event(response, "turned", _which(done))
    messages.success(request, sentence)
    return redirect(back_of(request) or character)


def _which(done: Undone) -> dict[str, list[int]]:
    """The variants that changed, those that the step was about before what it displaced."""
    own = {row.variant_id for row in done.step.decisions.filter(verb=done.step.verb)}
    ids = dict.fromkeys(variant.pk for variant in done.changed)
    return {"ids": sorted(ids, key=lambda pk: pk not in own)}


def told(done: Undone, verb: str) -> str:
    """What an undo or a redo did, in a sentence or two."""
    count = len({variant.pk for variant in done.changed})
    what = f"variant {done.changed[0].pk}" if count == 1 else f"{count} variants"
    word = "Undone" if verb == "undo" else "Redone"
    sentences = [f"{word}: {what} {done.step.get_verb_display()}."]
    sentences += [error.sentence for error in list(done.refused.values())[:3]]
    return " ".join(sentences)
