"""Pages of the edit loop: what goes out, what comes back, and the versions that it makes."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from characters.models import Character
from characters.views import character_for
from people.access import can
from people.views import Request
from studio.lib.addresses import whole, word
from studio.lib.errors import NotFound, StudioError
from studio.lib.htmx import toast, wants_fragment
from studio.lib.limiting import limited
from studio.lib.media import give, give_zip
from variants import exporting, families, importing, matching, reproducing
from variants.errors import NoMatch, SizeDiffers
from variants.exports import VariantExport
from variants.models import ImageVariant
from variants.serving import members_of
from variants.uploads import upload_of
from variants.viewing import viewing_of
from variants.views.gallery import card_for, cards_for, variant_for
from variants.views.picks import Picks, picks_of
from variants.vocabulary import VariantType


@login_required
@require_safe
def versions(request: Request, pk: int) -> HttpResponse:
    """The versions of a variant, the way out and the way back."""
    return _versions(request, variant_for(request, pk))


@login_required
@require_POST
@limited("export")
def export(request: Request, pk: int) -> HttpResponse:
    """Give it out for editing; the page then has the download."""
    variant = variant_for(request, pk)
    exporting.export(request.user, variant, settings.EXPORT_DIR)
    messages.success(request, f"Candidate {variant.pk} is exported: see “Given out”.")
    return redirect("variant-versions", pk=variant.pk)


@login_required
@require_POST
def cancel_edit(request: Request, pk: int) -> HttpResponse:
    variant = exporting.cancel_edit(request.user, variant_for(request, pk))
    messages.success(request, f"The edit of candidate {variant.pk} is cancelled.")
    return redirect("variant-versions", pk=variant.pk)


@login_required
@require_POST
@limited("upload")
def reimport(request: Request, pk: int) -> HttpResponse:
    """Take the edited file back as the next version."""
    variant = variant_for(request, pk)
    try:
        with upload_of(request) as upload:
            back = _brought_back(request, variant, upload)
    except StudioError as error:
        return _versions(request, variant, error)
    return _done(request, back)


@login_required
@require_safe
def editing(request: Request, pk: int) -> HttpResponse:
    """What of a character is out, the drop zone for what comes back, and uploads by hand."""
    return _editing(request, character_for(request, pk))


@login_required
@require_POST
@limited("upload")
def reimport_found(request: Request, pk: int) -> HttpResponse:
    """The same for a file that says itself which variant it is of, or for a chosen one."""
    character = character_for(request, pk)
    try:
        with upload_of(request) as upload:
            if chosen := request.POST.get("variant"):
                variant = _of(character, request, chosen)
            else:
                variant = matching.match(character, upload.data, upload.name).variant
            back = _brought_back(request, variant, upload)
    except StudioError as error:
        return _editing(request, character, error)
    return _done(request, back)


@login_required
@require_POST
@limited("upload")
def upload(request: Request, pk: int) -> HttpResponse:
    """Take in a variant that was made elsewhere."""
    character = character_for(request, pk)
    try:
        with upload_of(request) as file:
            made = importing.upload_variant(
                request.user, character, file, request.POST.get("variant_type", "")
            )
    except StudioError as error:
        return _editing(request, character, upload_error=error)
    messages.success(request, f"Candidate {made.pk} is received. The checks are running.")
    return redirect(made)


@login_required
@require_POST
@limited("export")
def export_many(request: Request, pk: int) -> HttpResponse:
    """Give out the ticked variants of a character; where it leads to has them as one archive."""
    character = character_for(request, pk)
    try:
        picks = picks_of(request)
        rows = _ticked(character, picks)
        made = exporting.export_many(request.user, rows, settings.EXPORT_DIR, picks.revisions)
    except StudioError as error:
        if wants_fragment(request):
            raise
        return _editing(request, character, export_error=error)
    ids = ",".join(str(row.pk) for row in made)
    sentence = f"{len(made)} variant{'s are' if len(made) > 1 else ' is'} exported."
    if wants_fragment(request):
        address = f"{reverse('exports-zip')}?ids={ids}"
        said = toast(sentence, tone="pass", url=address, label="Download the ZIP")
        return HttpResponse(said, headers={"HX-Trigger": "refresh"})
    messages.success(request, f"{sentence} Download here.")
    return redirect(f"{reverse('character-editing', args=[character.pk])}?zip={ids}")


@login_required
@require_safe
def export_file(request: Request, pk: int) -> HttpResponseBase:
    row = _export_for(request, pk)
    data = exporting.file_of(request.user, row)
    kind = f"image/{row.variant.format}"
    return give(request, data, kind, etag=row.sha256, filename=row.file_name)


@login_required
@require_safe
def export_sidecar(request: Request, pk: int) -> HttpResponseBase:
    row = _export_for(request, pk)
    exporting.check(request.user, row)
    said, etag = exporting.as_json(row.sidecar), f"{row.sha256}-sidecar"
    return give(request, said, "application/json", etag=etag, filename=row.sidecar_name)


@login_required
@require_safe
@limited("export", reads=True)
def exports_zip(request: Request) -> HttpResponseBase:
    members = members_of(request.user, request.GET.get("ids", ""))
    return give_zip(request, members, filename="variants.zip")


def _export_for(request: Request, pk: int) -> VariantExport:
    return get_object_or_404(exporting.visible(request.user), pk=pk)


def _ticked(character: Character, picks: Picks) -> list[ImageVariant]:
    """What is ticked, by rising id. Raises NotFound when one of them is not there any more."""
    wanted = set(picks.ids)
    rows = character.variants.present().select_related("character__project")
    found = list(rows.filter(pk__in=wanted).order_by("pk"))
    if len(found) < len(wanted):
        raise NotFound("One of the variants is not there any more. Reload the page.")
    return found


def _of(character: Character, request: Request, chosen: str) -> ImageVariant:
    rows = ImageVariant.objects.visible_to(request.user).present().for_cards()
    return get_object_or_404(rows, pk=whole(chosen) or 0, character=character)


def _brought_back(
    request: Request, variant: ImageVariant, upload: importing.Upload
) -> importing.Returned:
    keep_size = request.POST.get("keep_size") == "1"
    return importing.reimport(request.user, variant, upload, keep_size=keep_size)


def _done(request: Request, back: importing.Returned) -> HttpResponse:
    made = back.variant
    said = " ".join([f"Version {made.version} is here. The checks are running.", *back.notes])
    messages.success(request, said)
    return redirect("variant-versions", pk=made.pk)


def _versions(
    request: Request, variant: ImageVariant, error: StudioError | None = None
) -> HttpResponse:
    exports = variant.exports.select_related("exported_by", "returned_by", "returned_as")[:20]
    family = families.versions(variant, viewing_of(request))
    context = {
        "variant": variant,
        "character": variant.character,
        "card": card_for(request, variant),
        "versions": family,
        "two": families.pair(variant, family),
        "exports": exports,
        "reports": reproducing.reports(variant),
        "error": error,
        "ask_size": isinstance(error, SizeDiffers),
        "may_export": can(request.user, "variant.export", variant) and variant.has_file,
        "may_import": can(request.user, "variant.import", variant) and variant.has_file,
        "may_reproduce": can(request.user, "variant.reproduce", variant)
        and bool(variant.generation_params.get("graph")),
    }
    status = error.status if error else 200
    return render(request, "variants/versions.html", context, status=status)


def _editing(
    request: Request,
    character: Character,
    error: StudioError | None = None,
    upload_error: StudioError | None = None,
    export_error: StudioError | None = None,
) -> HttpResponse:
    rows = character.variants.present().for_cards()
    out = cards_for(request, list(rows.out().order_by("-pk")[:100]))
    exportable = rows.here().filter(status_id__in=exporting.EXPORTABLE, sha256__isnull=False)
    shown = cards_for(request, list(exportable.order_by("-is_hero", "-pk")[:60]))
    context = {
        "character": character,
        "out": out,
        "exportable": shown,
        "types": VariantType.objects.filter(archived_at__isnull=True),
        "error": error,
        "upload_error": upload_error,
        "export_error": export_error,
        "choices": cards_for(request, matching.choices(character))
        if isinstance(error, NoMatch)
        else [],
        "ask_size": isinstance(error, SizeDiffers),
        "chosen": request.POST.get("variant", ""),
        "chosen_type": request.POST.get("variant_type", ""),
        "zip": word(request, "zip"),
        "may_export": can(request.user, "variant.export", character),
        "may_import": can(request.user, "variant.import", character),
    }
    failed = error or upload_error or export_error
    status = failed.status if failed else 200
    return render(request, "variants/editing.html", context, status=status)
