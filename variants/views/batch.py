"""The page that asks for candidates of many characters of a project in one request."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from characters.models import Character
from people.access import require
from people.models import Project
from people.views import Request
from studio.lib.errors import StudioError
from studio.lib.htmx import wants_fragment
from studio.lib.limiting import limited
from variants import ordering
from variants.foretelling import plan_of
from variants.forms import BatchForm
from variants.views.making import add_refusal, is_looking, looked_at


@dataclass(frozen=True)
class Choice:
    """A character of the list: whether it is ticked, and why it cannot be."""

    character: Character
    ticked: bool
    refusal: str


@login_required
@require_http_methods(["GET", "POST"])
@limited("generate")
def generate(request: Request, pk: int) -> HttpResponse:
    """The list with the form, and asking for candidates of those that are ticked."""
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "variant.generate", project)
    rows = Character.objects.visible_to(request.user).filter(
        project=project, archived_at__isnull=True
    )
    rows = rows.select_related("project", "current_source__qa_report")
    looked = is_looking(request)
    if looked:
        form = BatchForm(initial=request.POST.dict(), characters=rows)
        if wants_fragment(request):
            return looked_at(request, form, len(request.POST.getlist("characters")))
    else:
        form = BatchForm(request.POST or None, characters=rows)
    status = 200
    if request.method == "POST" and not looked:
        status = 400
        if form.is_valid():
            try:
                ordered = ordering.order_batch(
                    request.user,
                    list(form.cleaned_data["characters"]),
                    form.wish(),
                    override_qa=form.cleaned_data["override_qa"],
                    idempotency_key=request.POST.get("idempotency_key", "")[:120],
                )
            except StudioError as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, f"{len(ordered.variants)} candidates are on their way.")
                return redirect("request", ordered.request.pk)
    ticked = set(request.POST.getlist("characters"))
    context = {
        "project": project,
        "form": form,
        "choices": [_choice(request, row, str(row.pk) in ticked) for row in rows],
        "may_override": bool(ordering.may_override(request.user, project)),
        "plan": plan_of(form, len(ticked)),
        "key": ordering.new_key(),
        "looked": looked,
    }
    return render(request, "variants/generate_batch.html", context, status=status)


def _choice(request: Request, character: Character, ticked: bool) -> Choice:
    refusal = ordering.refusal(request.user, character, override=True)
    return Choice(character, ticked and not refusal, refusal.sentence if refusal else "")
