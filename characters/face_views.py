"""The page on which the face that counts is chosen, where a source image shows several."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from characters import choosing
from characters.api.shapes import faces_json
from characters.models import SourceImage
from characters.viewing import Viewing, require_shown
from people.access import require
from people.views import Request
from qa.errors import NoSuchFace
from studio.lib.addresses import whole


@login_required
@require_http_methods(["GET", "POST"])
def of_source(request: Request, pk: int) -> HttpResponse:
    """The source image with a button on each face; POST takes `face`, its number."""
    rows = SourceImage.objects.visible_to(request.user).present()
    rows = rows.select_related("character__project", "qa_report", "embedding")
    source = get_object_or_404(rows, pk=pk)
    require(request.user, "source.choose_face", source)
    require_shown(Viewing(request.user).source(source))
    if request.method == "POST":
        choosing.choose(request.user, source, number_of(request))
        messages.success(request, "This face counts. It is read again.")
        return redirect(source.character)
    faces = faces_json(source.qa_report, source.embedding)
    return render(request, "characters/faces.html", face_context(source, faces))


def number_of(request: Request) -> int:
    """The number of the face that the form names. Raises NoSuchFace."""
    number = whole(request.POST.get("face", ""))
    if number is None:
        raise NoSuchFace("Choose one of the faces first.", field="face")
    return number


def face_context(image: Any, faces: Any) -> dict[str, Any]:
    """What the page shows of an image, a source or what was made from it."""
    back = image.character if isinstance(image, SourceImage) else image
    return {"image": image, "character": image.character, "faces": faces, "back": back}
