"""The inpainting page of a source image or a variant, and the bytes of stored masks."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from characters.attesting import gate
from characters.models import SourceImage
from characters.viewing import require_shown
from people.access import require
from people.views import Request
from studio.lib.errors import NotFound, StudioError
from studio.lib.htmx import answer, go
from studio.lib.limiting import limited
from variants import inpainting, ordering, serving
from variants.images import Image, image_for
from variants.inpaint_form import InpaintForm
from variants.masks import ImageMask
from variants.viewing import viewing_of
from variants.views.gallery import variant_for


@login_required
@require_http_methods(["GET", "POST"])
@limited("generate")
def of_variant(request: Request, pk: int) -> HttpResponse:
    """Paint over a variant and say what is to be there."""
    variant = variant_for(request, pk)
    require_shown(viewing_of(request).variant(variant))
    return _inpaint(request, variant, reverse("variant", args=[pk]))


@login_required
@require_http_methods(["GET", "POST"])
@limited("generate")
def of_source(request: Request, pk: int) -> HttpResponse:
    """The same for one version of a source image."""
    rows = SourceImage.objects.visible_to(request.user).present()
    source = get_object_or_404(rows.select_related("character__project"), pk=pk)
    require_shown(viewing_of(request).source(source))
    return _inpaint(request, source, source.character.get_absolute_url())


@login_required
@require_safe
def by_id(request: Request, image_id: str) -> HttpResponse:
    """The page of an image by the id that the API gives it."""
    image = image_for(request.user, image_id)
    return redirect(f"{image.KIND}-inpaint", image.pk)


@login_required
@require_safe
def mask_media(request: Request, pk: int, rendition: str) -> HttpResponseBase:
    mask = get_object_or_404(ImageMask.objects.visible_to(request.user), pk=pk)
    return serving.mask_rendition(request, mask, rendition)


def _inpaint(request: Request, image: Image, back: str) -> HttpResponse:
    """The page; its form answers with its fields alone to htmx, so that the painting stays."""
    character = image.character
    require(request.user, "variant.inpaint", character)
    inpainting.refuse_uneditable(image)
    form = InpaintForm(request.POST or None, request.FILES or None, image=image)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ordered = inpainting.inpaint(
                    request.user,
                    image,
                    form.edit(),
                    idempotency_key=request.POST.get("idempotency_key", "")[:120],
                )
            except StudioError as error:
                _tell(form, error)
                status = error.status
            else:
                count = ordered.request.count
                words = "candidate is on its way" if count == 1 else "candidates are on their way"
                messages.success(request, f"{count} {words}.")
                url = f"{character.get_absolute_url()}?type={ordered.request.variant_type_id}"
                return go(request, url)
    refusal = ordering.refusal(request.user, character)
    context = {
        "image": image,
        "is_source": isinstance(image, SourceImage),
        "character": character,
        "form": form,
        "back": back,
        "refusal": refusal.sentence if refusal else gate(character).sentence,
        "key": request.POST.get("idempotency_key") or ordering.new_key(),
    }
    page, fragment = "variants/inpaint.html", "variants/_inpaint_fields.html"
    return answer(request, page, fragment, context, status)


def _tell(form: InpaintForm, error: StudioError) -> None:
    """The sentence at its field; what belongs to none is said above them all."""
    field = "mask" if isinstance(error, NotFound) else error.extra.get("field")
    names = {"workflow_id": "workflow", "mask_id": "mask"}
    field = names.get(str(field), field)
    form.add_error(field if field in form.fields else None, error.sentence)
