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
from variants.viewing import viewing_of
from variants.views.gallery import card_for, variant_for


@login_required
@require_safe
def compare(request: Request, pk: int) -> HttpResponse:
    """Two variants side by side with the parameters that differ: `?with=`, else the parent."""
    variant = variant_for(request, pk)
    family = families.versions(variant, viewing_of(request))
    wanted = request.GET.get("with", "")
    others = [item.variant.pk for item in family if item.variant.pk != variant.pk]
    parent = variant.parent_variant_id or (others[0] if others else None)
    other_id = whole(wanted) if wanted else parent
    if wanted and other_id is None:
        raise Http404
    other = variant_for(request, other_id) if other_id else None
    card = card_for(request, variant)
    beside = card_for(request, other) if other else None
    withheld = card.withheld or (beside.withheld if beside else "")
    context = {
        "variant": variant,
        "character": variant.character,
        "other": other,
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


@login_required
@require_POST
@limited("generate")
def reproduce(request: Request, pk: int) -> HttpResponse:
    """Run the recipe again; the report comes on the page of versions."""
    made = reproducing.reproduce(request.user, variant_for(request, pk))
    messages.success(request, f"Candidate {made.pk} runs the same recipe again.")
    return redirect("variant-versions", pk=made.pk)
