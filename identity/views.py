"""Pages of this app: who is this, and how the likeness of a character drifts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from characters.incoming import source_limits
from characters.views import character_for
from identity import drift, searching
from identity.models import LikenessSearch
from identity.showing import hits_of, state_of
from people.access import require
from people.models import Project
from people.views import Request
from studio.lib.htmx import wants_fragment
from studio.lib.limiting import limited
from studio.lib.pictures import ImageRefused
from variants.images import image_for

ENDED = 286  # htmx: stop asking


@login_required
@require_http_methods(["GET", "POST"])
@limited("search")
def ask(request: Request, pk: int) -> HttpResponse:
    """The form; POST takes a file, or `image`, the id of an image of the studio."""
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "likeness.search", project)
    refusal: ImageRefused | None = None
    if request.method == "POST":
        try:
            return redirect(_asked(request, project))
        except ImageRefused as error:
            refusal = error
    status = refusal.status if refusal else 200
    context = {"project": project, "error": refusal.sentence if refusal else ""}
    return render(request, "identity/ask.html", context, status=status)


@login_required
@require_safe
def result(request: Request, pk: int) -> HttpResponse:
    """Who it may be; asks anew until there is an answer."""
    rows = LikenessSearch.objects.visible_to(request.user).select_related(
        "project", "model", "job", "source__character", "variant__character"
    )
    search = get_object_or_404(rows, pk=pk)
    state = state_of(search)
    context = {
        "search": search,
        "project": search.project,
        "state": state.label,
        "hits": hits_of(search, request.user),
    }
    if wants_fragment(request):
        ended = search.finished_at or not (search.job and search.job.is_open)
        return render(request, "identity/_result.html", context, status=ENDED if ended else 200)
    return render(request, "identity/result.html", context)


@login_required
@require_safe
def drift_page(request: Request, pk: int) -> HttpResponse:
    """The likeness of what was approved, over time."""
    character = character_for(request, pk)
    context = {"character": character, "drift": drift.drift_of(character), "tab": "drift"}
    return render(request, "identity/drift.html", context)


def _asked(request: Request, project: Project) -> LikenessSearch:
    if named := request.POST.get("image", ""):
        return searching.search_by_image(request.user, project, image_for(request.user, named))
    file = request.FILES.get("file")
    if file is None:
        raise ImageRefused("Choose a picture first.", code="no_file", field="file")
    return searching.search_by_picture(
        request.user, project, file.read(), file.name or "", source_limits()
    )
