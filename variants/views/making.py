"""Pages that make variants: the generate form, generate more, cancel, retry, the request."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from characters.attesting import gate
from characters.errors import QAFailed
from characters.models import ContentRating
from characters.prompting import suggested_prompt
from characters.views import character_for
from comfy_bridge.models import ComfyServer
from people.access import can, require
from people.views import Request
from studio.lib.errors import StudioError
from studio.lib.htmx import toast, wants_fragment
from studio.lib.limiting import limited
from variants import ordering, regenerating, retrying
from variants.estimating import remaining
from variants.foretelling import plan_of
from variants.forms import GenerateForm
from variants.models import GenerationRequest, ImageVariant
from variants.value_fields import PREFIX
from variants.views.gallery import card_for, cards_for, variant_for


@login_required
@require_http_methods(["GET", "POST"])
@limited("generate")
def generate(request: Request, pk: int) -> HttpResponse:
    """The form, and asking for candidates."""
    character = character_for(request, pk)
    require(request.user, "variant.generate", character)
    suggestion = suggested_prompt(character)
    looked = is_looking(request)
    if looked:
        form = GenerateForm(initial=request.POST.dict())
        if wants_fragment(request):
            return looked_at(request, form)
    else:
        form = GenerateForm(request.POST or None, initial={"prompt": suggestion})
    status = 200
    if request.method == "POST" and not looked:
        if form.is_valid():
            try:
                ordered = ordering.order(
                    request.user,
                    character,
                    form.wish(),
                    override_qa=form.cleaned_data["override_qa"],
                    idempotency_key=request.POST.get("idempotency_key", "")[:120],
                )
            except StudioError as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, f"{ordered.request.count} candidates are on their way.")
                return redirect(
                    _gallery(ordered.request.variant_type_id, character.get_absolute_url())
                )
        else:
            status = 400
    refusal = ordering.refusal(request.user, character)
    may_override = isinstance(refusal, QAFailed) and not ordering.refusal(
        request.user, character, override=True
    )
    verdict = gate(character)
    context = {
        "character": character,
        "form": form,
        "refusal": refusal.sentence if refusal else verdict.sentence,
        "may_override": may_override and verdict,
        "suggestion": suggestion,
        "plan": plan_of(form),
        "key": ordering.new_key(),
        "looked": looked,
    }
    return render(request, "variants/generate.html", context, status=status)


@login_required
@require_POST
@limited("generate")
def more(request: Request, pk: int) -> HttpResponse:
    """The same recipe again, as many as the request had, with new seeds."""
    variant = variant_for(request, pk)
    count = variant.request.count if variant.request else 1
    ordered = regenerating.regenerate(request.user, variant, count=count)
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
    general = row.rating is ContentRating.GENERAL
    shown = not any(card.withheld for card in cards) if cards else general
    counts = Counter(card.status for card in cards)
    open_count = counts["pending"] + counts["generating"]
    servers = list(ComfyServer.objects.all()) if open_count else []
    context = {
        "open_count": open_count,
        "retry_count": counts["failed"] + counts["cancelled"],
        "ended_count": len(cards) - open_count,
        "percent": round(100 * (len(cards) - open_count) / len(cards)) if cards else 100,
        "remaining": remaining(row.workflow_version, servers) if open_count else "",
        "request_row": row,
        "may_make": bool(can(request.user, "variant.generate", row)),
        "prompt": row.prompt if shown else "",
        "cards": cards,
        "counts": dict(counts),
        "character": cards[0].variant.character if cards else None,
    }
    return render(request, "variants/request.html", context)


@login_required
@require_POST
def request_work(request: Request, pk: int, verb: str) -> HttpResponse:
    """Cancel or retry what is open, or not made, of a request."""
    row = get_object_or_404(GenerationRequest.objects.visible_to(request.user), pk=pk)
    if verb == "cancel":
        sentence = f"{retrying.cancel_request(request.user, row)} stopped."
    else:
        sentence = f"{retrying.retry_request(request.user, row)} queued again."
    messages.success(request, sentence)
    return redirect("request", row.pk)


def is_looking(request: Request) -> bool:
    """Whether the form was sent only to see what the workflow takes, and what it would do."""
    return "look" in request.POST or "plan" in request.POST


def looked_at(request: Request, form: GenerateForm, characters: int = 1) -> HttpResponse:
    """The plan alone, or the fields of what the form's workflow takes."""
    if "plan" in request.POST:
        return render(request, "variants/_plan.html", {"plan": plan_of(form, characters)})
    return render(request, "variants/_value_fields.html", {"form": form, "looked": True})


def add_refusal(form: GenerateForm, error: StudioError) -> int:
    """Put a refusal beside its field, or each character's above the form; the status to answer."""
    said = error.extra.get("field")
    names = [name for name in (said, f"{PREFIX}{said}") if name in form.fields]
    form.add_error(names[0] if names else None, error.sentence)
    for one in error.extra.get("refused", ()):
        form.add_error(None, f"{one['name']}: {one['detail']}")
    return error.status


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
