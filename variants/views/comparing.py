"""Pages that lay two variants side by side, and the running of a recipe once more."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from people.views import Request
from studio.lib.addresses import whole
from studio.lib.limiting import limited
from variants import families, recipes, reproducing
from variants.culling import Picture
from variants.models import ImageVariant
from variants.viewing import viewing_of
from variants.views.gallery import card_for, variant_for


@login_required
@require_safe
def compare(request: Request, pk: int) -> HttpResponse:
    """Two variants side by side with the parameters that differ: this one, or `?this=`, and
    `?with=`, else the one that it came from."""
    variant = variant_for(request, _named(request, "this") or pk)
    family = families.versions(variant, viewing_of(request))
    other_id = _named(request, "with") or families.pair(variant, family)[1]
    other = variant_for(request, other_id) if other_id else None
    card = card_for(request, variant)
    beside = card_for(request, other) if other else None
    withheld = card.withheld or (beside.withheld if beside else "")
    context = {
        "variant": variant,
        "character": variant.character,
        "other": other,
        "a": _picture(variant),
        "b": _picture(other) if other else None,
        "card": card,
        "beside": beside,
        "withheld": withheld,
        "versions": family,
        "differences": recipes.differences(variant, other) if other and not withheld else [],
        "reports": [
            report
            for report in reproducing.reports(variant)
            if other and {report.variant.pk, report.original.pk} == {variant.pk, other.pk}
        ],
    }
    return render(request, "variants/compare.html", context)


def _picture(variant: ImageVariant) -> Picture:
    return Picture(variant, f"Candidate {variant.pk} · v{variant.version}")


def _named(request: Request, field: str) -> int | None:
    """The variant that a field of the address names; None without one. Raises Http404."""
    said = request.GET.get(field, "")
    named = whole(said)
    if said and named is None:
        raise Http404
    return named


@login_required
@require_POST
@limited("generate")
def reproduce(request: Request, pk: int) -> HttpResponse:
    """Run the recipe again; the report comes on the page of versions."""
    made = reproducing.reproduce(request.user, variant_for(request, pk))
    messages.success(request, f"Candidate {made.pk} runs the same recipe again.")
    return redirect("variant-versions", pk=made.pk)
