"""Pages of folder imports: choosing a folder, and what became of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from characters import importing
from characters.api.importing import csv_answer
from characters.imports import Existing, FolderImport
from characters.incoming import source_limits
from people.access import can, require
from people.models import Project
from people.views import Request
from studio.lib.errors import StudioError
from studio.lib.htmx import answer, wants_fragment
from studio.lib.limiting import limited
from studio.lib.pictures import ImageRefused
from studio.lib.zips import Pack, pack_of, unpack

ROWS_SHOWN = 1000


@login_required
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@limited("upload")
def begin(request: Request, pk: int) -> HttpResponse:
    """The page; without JavaScript a ZIP of the folder, or single files, come as a form."""
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "character.import", project)
    error: StudioError | None = None
    if request.method == "POST":
        try:
            row = _imported(request, project)
        except StudioError as refusal:
            error = refusal
        else:
            messages.success(request, "The import has ended. This is what became of each file.")
            return redirect("import", pk=row.pk)
    context = {
        "project": project,
        "error": error,
        "choices": Existing.choices,
        "earlier": project.imports.select_related("created_by")[:10],
    }
    status = error.status if error else 200
    if request.method == "GET" and wants_fragment(request):
        return render(request, "characters/_import.html", {**context, "sheet": True})
    return render(request, "characters/import.html", context, status=status)


@login_required
@require_safe
@vary_on_headers("HX-Request")
def choose(request: Request) -> HttpResponse:
    """Into which of my projects."""
    rows = Project.objects.visible_to(request.user).filter(archived_at__isnull=True)
    projects = [row for row in rows if can(request.user, "character.import", row)]
    fragment = "characters/_import_where.html"
    return answer(request, "characters/import_where.html", fragment, {"projects": projects})


@login_required
@require_safe
def result(request: Request, pk: int) -> HttpResponse:
    """What became of each file."""
    row = _import_for(request, pk)
    context = {
        "row": row,
        "project": row.project,
        "entries": row.entries.select_related("character", "source")[:ROWS_SHOWN],
        "counts": importing.counts(row),
    }
    return render(request, "characters/import_result.html", context)


@login_required
@require_safe
def report(request: Request, pk: int) -> HttpResponseBase:
    return csv_answer(_import_for(request, pk))


def _imported(request: Request, project: Project) -> FolderImport:
    limits = source_limits()
    pack = _pack(request, limits.max_bytes)
    wanted = request.POST.get("existing", "")
    existing = Existing(wanted) if wanted in Existing.values else Existing.SKIP
    found = importing.found_in(pack, limits)
    row = importing.begin(request.user, project, found, existing, limits)
    importing.receive_all(request.user, row, pack, limits)
    return row


def _pack(request: Request, max_bytes: int) -> Pack:
    """The files of a ZIP, or those that were chosen one by one: `Jane.png` is a Jane."""
    if archive := request.FILES.get("file"):
        return unpack(archive, max_bytes)
    files = request.FILES.getlist("files")
    if not files:
        raise ImageRefused("Choose a ZIP archive or some files first.", code="no_file")
    named = [(f"{(file.name or '').rpartition('.')[0]}/{file.name}", file) for file in files]
    return pack_of([(path, file.size or 0, file.read) for path, file in named])


def _import_for(request: Request, pk: int) -> FolderImport:
    rows = FolderImport.objects.visible_to(request.user).select_related("project", "created_by")
    return get_object_or_404(rows, pk=pk)
