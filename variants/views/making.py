"""Pages that make variants: the generate form, generate more, cancel, retry, the request."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from characters.attesting import gate
from characters.views import character_for
from people.access import require
from people.views import Request
from studio.lib.errors import StudioError
from studio.lib.htmx import toast, wants_fragment
from variants import ordering, retrying
from variants.errors import NothingToDo
from variants.estimating import estimate
from variants.forms import GenerateForm
from variants.models import GenerationRequest, ImageVariant
from variants.views.gallery import card_for, cards_for, variant_for
from variants.wishes import wish_again


@login_required
@require_http_methods(["GET", "POST"])
def generate(request: Request, pk: int) -> HttpResponse:
    """The form, and asking for candidates."""
    character = character_for(request, pk)
    require(request.user, "variant.generate", character)
    initial = {"prompt": character.base_appearance_description or character.appearance}
    form = GenerateForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                ordered = ordering.order(
                    request.user,
                    character,
                    form.wish(),
                    idempotency_key=request.POST.get("idempotency_key", "")[:120],
                )
            except StudioError as error:
                field = error.extra.get("field")
                form.add_error(field if field in form.fields else None, error.sentence)
                status = error.status
            else:
                messages.success(request, f"{ordered.request.count} candidates are on their way.")
                return redirect(
                    _gallery(ordered.request.variant_type_id, character.get_absolute_url())
                )
        else:
            status = 400
    refusal = ordering.refusal(request.user, character)
    verdict = gate(character)
    context = {
        "character": character,
        "form": form,
        "refusal": refusal.sentence if refusal else verdict.sentence,
        "estimate": estimate(),
        "key": ordering.new_key(),
    }
    return render(request, "variants/generate.html", context, status=status)


@login_required
@require_POST
def more(request: Request, pk: int) -> HttpResponse:
    """The same recipe again, as many as the request had, with new seeds."""
    variant = variant_for(request, pk)
    if variant.request is None:
        raise NothingToDo("This variant was not generated here, so there is no recipe to repeat.")
    ordered = ordering.order(request.user, variant.character, wish_again(variant.request))
    sentence = f"{ordered.request.count} more candidates are on their way."
    if wants_fragment(request):
        return _card(request, variant.pk, sentence)
    messages.success(request, sentence)
    return redirect(variant.character)


@login_required
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    variant = variant_for(request, pk)
    retrying.cancel(request.user, variant)
    return _after(request, variant, "Cancelling.")


@login_required
@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    variant = variant_for(request, pk)
    retrying.retry(request.user, variant)
    return _after(request, variant, "It is queued again.")


@login_required
@require_POST
def rerun_qa(request: Request, pk: int) -> HttpResponse:
    variant = variant_for(request, pk)
    retrying.rerun_checks(request.user, variant)
    return _after(request, variant, "The checks run again.")


@login_required
@require_safe
def request_page(request: Request, pk: int) -> HttpResponse:
    """One generation request with its cards."""
    rows = GenerationRequest.objects.visible_to(request.user).select_related(
        "asked_by", "workflow_version__workflow"
    )
    row = get_object_or_404(rows, pk=pk)
    cards = cards_for(request, list(row.variants.present().for_cards().order_by("pk")))
    context = {
        "request_row": row,
        "prompt": "" if any(card.withheld for card in cards) else row.prompt,
        "cards": cards,
        "counts": dict(Counter(card.status for card in cards)),
        "character": cards[0].variant.character if cards else None,
    }
    return render(request, "variants/request.html", context)


def _gallery(variant_type: str, url: str) -> str:
    return f"{url}?type={variant_type}"


def _card(request: Request, pk: int, sentence: str) -> HttpResponse:
    response = render(
        request, "variants/_card.html", {"card": card_for(request, variant_for(request, pk))}
    )
    response.content += toast(sentence).encode()
    return response


def _after(request: Request, variant: ImageVariant, sentence: str) -> HttpResponse:
    if wants_fragment(request):
        return _card(request, variant.pk, sentence)
    messages.success(request, sentence)
    return redirect(variant)
