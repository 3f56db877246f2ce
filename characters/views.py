"""Pages of characters: the form, the source panel, the baseline, the history, the media."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from characters import approving, attesting, describing, receiving, serving
from characters.errors import HashMismatch
from characters.forms import AttestationForm, CharacterForm, ReasonForm, SourceForm
from characters.fragments import PANEL, panel_of
from characters.incoming import brings_file, file_of, source_limits
from characters.models import Character, SourceImage
from people.access import can, require
from people.models import Project
from people.views import Request
from studio.lib.htmx import toast, wants_fragment
from studio.lib.limiting import limited
from studio.lib.pictures import ImageRefused


def character_for(request: Request, pk: int) -> Character:
    """The character, if the person may see it; 404 otherwise."""
    rows = Character.objects.visible_to(request.user).select_related(*PANEL)
    return get_object_or_404(rows, pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: Request, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "character.create", project)
    form = CharacterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        character = describing.create_character(request.user, project, **form.cleaned_data)
        return redirect(character)
    context = {"form": form, "project": project, "character": None}
    return render(request, "characters/form.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    character = character_for(request, pk)
    require(request.user, "character.edit", character)
    form = CharacterForm(request.POST or None, instance=character)
    if request.method == "POST" and form.is_valid():
        describing.edit_character(request.user, character, **form.cleaned_data)
        return redirect(character)
    context = {"form": form, "project": character.project, "character": character}
    return render(request, "characters/form.html", context, status=_status(form))


@login_required
@require_POST
def archive(request: Request, pk: int) -> HttpResponse:
    character = character_for(request, pk)
    describing.archive_character(request.user, character)
    messages.success(request, f"{character.name} is archived. It can be taken out again.")
    return redirect(character)


@login_required
@require_POST
def unarchive(request: Request, pk: int) -> HttpResponse:
    character = character_for(request, pk)
    describing.unarchive_character(request.user, character)
    messages.success(request, f"{character.name} is in use again.")
    return redirect(character)


@login_required
@require_safe
def source_panel(request: Request, pk: int) -> HttpResponse:
    return _panel(request, character_for(request, pk))


@login_required
@require_POST
@limited("upload")
def source_upload(request: Request, pk: int) -> HttpResponse:
    """Receive a source image, and the statement about the likeness when one came with it."""
    character = character_for(request, pk)
    form = SourceForm(request.POST)
    if not brings_file(request):
        return _panel(request, character, ["Choose an image file first."], status=422)
    if not form.is_valid():
        return _panel(request, character, ["The statement is too long."], status=422)
    statement, source = form.cleaned_data["statement"], form.cleaned_data["source"]
    try:
        if statement or source:
            attesting.attest(request.user, character, statement, source)
        with file_of(request) as file:
            received = receiving.receive_source(
                request.user, character, file.data, file.name, source_limits()
            )
    except (ImageRefused, HashMismatch, attesting.StatementTooShort) as refusal:
        return _panel(request, character, [refusal.sentence], status=422)
    sentence = f"Source v{received.source.version} received. The checks are running."
    return _done(request, character, sentence)


@login_required
@require_POST
def attest(request: Request, pk: int) -> HttpResponse:
    character = character_for(request, pk)
    form = AttestationForm(request.POST)
    if not form.is_valid():
        sentence = "Say who the person is, what gives you the right, and where the image is from."
        return _panel(request, character, [sentence], status=422)
    attesting.attest(request.user, character, **form.cleaned_data)
    return _done(request, character, "Your statement is recorded.")


@login_required
@require_POST
def baseline(request: Request, pk: int, verb: str) -> HttpResponse:
    """Approve, reject or unlock."""
    character = character_for(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _panel(request, character, ["The reason is too long."], status=422)
    reason = form.cleaned_data["reason"]
    if verb == "approve":
        override = form.cleaned_data["override"]
        approving.approve_baseline(request.user, character, override=override, reason=reason)
        return _done(request, character, "The baseline is approved and locked.")
    if verb == "reject":
        approving.reject_baseline(request.user, character, reason)
        return _done(request, character, "The source image is rejected.")
    approving.unlock_baseline(request.user, character, reason)
    return _done(request, character, "The baseline is unlocked.")


@login_required
@require_POST
def rerun_qa(request: Request, pk: int) -> HttpResponse:
    character = character_for(request, pk)
    if character.current_source is None:
        raise Http404
    receiving.rerun_checks(request.user, character.current_source)
    return _done(request, character, "The checks run again.")


@login_required
@require_safe
def history(request: Request, pk: int) -> HttpResponse:
    character = character_for(request, pk)
    context = {
        "character": character,
        "sources": character.sources.present().select_related("qa_report__verdict", "created_by"),
        "may_delete": can(request.user, "source.delete", character),
        "decisions": character.baseline_decisions.select_related(
            "decided_by", "from_status", "to_status", "source"
        ),
    }
    return render(request, "characters/history.html", context)


@login_required
@require_safe
def media(request: Request, pk: int, rendition: str) -> HttpResponseBase:
    source = get_object_or_404(SourceImage.objects.visible_to(request.user), pk=pk)
    return serving.rendition(request, source, rendition)


def _panel(
    request: Request, character: Character, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    """The panel as a fragment; after a refusal without JavaScript, on a page of its own."""
    panel = panel_of(request.user, character_for(request, character.pk), errors)
    template = "characters/_source_panel.html"
    if not wants_fragment(request) and request.method == "POST":
        template = "characters/source.html"
    return render(request, template, {"panel": panel, "character": character}, status=status)


def _done(request: Request, character: Character, sentence: str) -> HttpResponse:
    if not wants_fragment(request):
        messages.success(request, sentence)
        return redirect(character)
    response = _panel(request, character)
    response.content += toast(sentence, tone="pass").encode()
    return response


def _status(form: CharacterForm) -> int:
    return 400 if form.is_bound and form.errors else 200
