"""Adding files to a character: as its source image or as variants, as the person chooses."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from characters import attesting, receiving
from characters.forms import SourceForm
from characters.fragments import panel_of
from characters.incoming import source_limits, variant_limits
from characters.models import Character
from characters.views import character_for
from people.access import require
from people.views import Request
from studio.lib.errors import StudioError
from studio.lib.htmx import wants_fragment
from studio.lib.limiting import limited
from studio.lib.pictures import ImageRefused
from variants import importing
from variants.vocabulary import VariantType


@login_required
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@limited("upload")
def add(request: Request, pk: int) -> HttpResponse:
    """The form, as a sheet for htmx; without JavaScript it brings its files itself."""
    character = character_for(request, pk)
    require(request.user, "variant.import", character)
    errors: list[str] = []
    if request.method == "POST":
        errors = _added(request, character)
        if not errors:
            messages.success(request, "The files are added. The checks are running.")
            return redirect(character)
    context = {
        "character": character,
        "panel": panel_of(request.user, character_for(request, pk)),
        "types": VariantType.objects.filter(archived_at__isnull=True),
        "chosen": request.POST.get("as", ""),
        "errors": errors,
        "sheet": wants_fragment(request),
    }
    template = "variants/_adding.html" if wants_fragment(request) else "variants/adding.html"
    return render(request, template, context, status=400 if errors else 200)


def _added(request: Request, character: Character) -> list[str]:
    """Take in each file; the sentences of those that were refused, with their names."""
    files = request.FILES.getlist("files")
    if not files:
        return ["Choose a file first."]
    if request.POST.get("as") == "source" and len(files) > 1:
        return ["One file alone can be the source image."]
    errors = []
    for file in files:
        try:
            _take(request, character, file.read(), file.name or "")
        except StudioError as error:
            errors.append(f"{file.name}: {error.sentence}")
    return errors


def _take(request: Request, character: Character, data: bytes, name: str) -> None:
    if request.POST.get("as") != "source":
        upload = importing.Upload(data, name, variant_limits())
        kind = request.POST.get("variant_type", "")
        importing.upload_variant(request.user, character, upload, kind)
        return
    form = SourceForm(request.POST)
    if not form.is_valid():
        raise ImageRefused("The statement is too long.", code="no_file", field="statement")
    if form.cleaned_data["statement"] or form.cleaned_data["source"]:
        attesting.attest(request.user, character, **form.cleaned_data)
    receiving.receive_source(request.user, character, data, name, source_limits())
