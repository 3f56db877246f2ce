"""Pages that decide: the large view, approve, reject, download."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from characters.api import faces_json
from characters.models import Character
from people.access import can
from people.views import Request
from qa.models import QACheckResult
from studio.lib.addresses import whole
from studio.lib.errors import Conflict, IllegalMove, StudioError
from studio.lib.htmx import toast, wants_fragment
from variants import facts, rechecking, resembling, reviewing, serving
from variants.errors import BadValue
from variants.forms import DecisionForm
from variants.fragments import card_of
from variants.models import ImageVariant
from variants.reembedding import move_note, with_move
from variants.views.gallery import card_for, row_for, rows_for, variant_for
from variants.views.picking import back_of
from variants.vocabulary import RejectReason

REFUSALS = (Conflict, IllegalMove)


@login_required
@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    """One variant, large, beside its source; of one in the trash, until when it can come back."""
    rows = ImageVariant.objects.visible_to(request.user).trashed()
    if gone := rows.select_related("character__project").filter(pk=pk).first():
        may_delete = can(request.user, "variant.delete", gone)
        context = {"variant": gone, "character": gone.character, "may_delete": may_delete}
        return render(request, "variants/in_trash.html", context)
    variant = variant_for(request, pk)
    return render(request, "variants/detail.html", desk_of(request, variant))


def desk_of(request: Request, variant: ImageVariant) -> dict[str, Any]:
    """What a page says beside a large image of a variant, and what can be done there."""
    siblings = variant.character.variants.present().filter(
        variant_type__name=variant.variant_type_id
    )
    card = card_for(request, variant)
    return {
        "card": card,
        "variant": variant,
        "character": variant.character,
        "source": variant.source_image,
        "recipe": [] if card.withheld else facts.recipe(variant),
        "provenance": [] if card.withheld else facts.provenance(variant),
        "checks": _checks(variant),
        "similar": _similar(request, variant),
        "decisions": variant.decisions.select_related("decided_by", "replaced").prefetch_related(
            "reasons"
        ),
        "newer": siblings.filter(pk__gt=variant.pk).order_by("pk").first(),
        "older": siblings.filter(pk__lt=variant.pk).order_by("-pk").first(),
        "hero": siblings.filter(is_hero=True).first(),
        "reasons": RejectReason.objects.order_by("pk"),
        "tags": variant.tag_names,
        "heroes_alike": resembling.likeness_to_heroes(variant),
        "faces": faces_json(variant.qa_report, variant.embedding),
        "stale": rechecking.reason(variant) if variant.recheck else "",
        "moving": move_note(with_move(Character.objects.all()).get(pk=variant.character_id)),
        "may_delete": can(request.user, "variant.delete", variant),
        "may_quarantine": can(request.user, "variant.quarantine", variant),
    }


@login_required
@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    """Make it the hero; a stale page is told what changed and shown the present state."""
    variant = row_for(request, pk)
    form = decision_of(request)
    before = variant.character.variants.filter(
        variant_type__name=variant.variant_type_id, is_hero=True
    ).first()
    try:
        reviewing.approve(
            request.user,
            variant,
            revision=form["revision"],
            seen_hero=seen_of(form["seen_hero"]),
            note=form["note"],
        )
    except REFUSALS as error:
        return refused(request, variant, error, before)
    changed = [before] if before and before.pk != variant.pk else []
    return after(request, variant, f"Candidate {variant.pk} is the hero.", changed)


@login_required
@require_POST
def reject(request: Request, pk: int) -> HttpResponse:
    variant = row_for(request, pk)
    form = decision_of(request)
    try:
        reviewing.reject(
            request.user,
            variant,
            revision=form["revision"],
            reasons=request.POST.getlist("reason"),
            note=form["note"],
        )
    except REFUSALS as error:
        return refused(request, variant, error)
    return after(request, variant, f"Candidate {variant.pk} is rejected.")


@login_required
@require_safe
def media(request: Request, pk: int, rendition: str) -> HttpResponseBase:
    return serving.rendition(request, _visible(request, pk), rendition)


@login_required
@require_safe
def download(request: Request, pk: int) -> HttpResponseBase:
    return serving.file(request, _visible(request, pk))


def _visible(request: Request, pk: int) -> ImageVariant:
    return get_object_or_404(ImageVariant.objects.showing_to(request.user), pk=pk)


def decision_of(request: Request) -> dict[str, Any]:
    """What the form says that a decision comes with. Raises BadValue."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise BadValue(f"The decision is malformed: {form.errors.as_text()}")
    return form.cleaned_data


def seen_of(text: str) -> int | None:
    """What the page showed as the hero: an id, `none`, or nothing said."""
    if text == "none":
        return None
    seen = whole(text)
    return reviewing.UNSEEN if seen is None else seen


def refused(
    request: Request, variant: ImageVariant, error: StudioError, hero: ImageVariant | None = None
) -> HttpResponse:
    """The sentence, with the card as it is now."""
    if not wants_fragment(request):
        messages.error(request, error.sentence)
        return redirect(back_of(request) or variant)
    changed = [hero] if hero and hero.pk != variant.pk else []
    response = _cards(request, variant, changed)
    response.content += toast(error.sentence, tone="warn").encode()
    said = {"sentence": error.sentence, "code": error.code, **error.extra}
    return trigger_client_event(response, "refused", said)


def after(
    request: Request,
    variant: ImageVariant,
    sentence: str,
    changed: list[ImageVariant] | None = None,
) -> HttpResponse:
    """What was done, with the card as it is now."""
    if not wants_fragment(request):
        messages.success(request, sentence)
        return redirect(back_of(request) or variant)
    response = _cards(request, variant, changed or [])
    response.content += toast(sentence, tone="pass").encode()
    return response


def _cards(request: Request, variant: ImageVariant, changed: list[ImageVariant]) -> HttpResponse:
    """The fresh card, and out of band the live parts of others that changed with it."""
    fresh = rows_for(request).for_cards().in_bulk([variant.pk, *(other.pk for other in changed)])
    decided = fresh.pop(variant.pk, None)
    if decided is None:
        raise Http404
    response = render(request, "variants/_card.html", {"card": card_for(request, decided)})
    for other in fresh.values():
        context = {"card": card_of(other), "oob": True}
        response.content += render_to_string("variants/_card_live.html", context).encode()
    return response


def _checks(variant: ImageVariant) -> list[QACheckResult]:
    if variant.qa_report is None:
        return []
    return list(variant.qa_report.results.select_related("qa_check", "verdict"))


def _similar(request: Request, variant: ImageVariant) -> ImageVariant | None:
    """The candidate that looks most like this one, where the checks name it."""
    nearest = variant.qa_report.nearest_id if variant.qa_report else None
    if nearest is None:
        return None
    rows = ImageVariant.objects.visible_to(request.user).present()
    return rows.filter(qa_report=nearest).first()
