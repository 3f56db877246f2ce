"""The page on which the face that counts is chosen, where a variant shows several."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from characters.api import faces_json
from characters.face_views import face_context, number_of
from characters.viewing import require_shown
from people.access import require
from people.views import Request
from variants import choosing
from variants.viewing import viewing_of
from variants.views.gallery import variant_for


@login_required
@require_http_methods(["GET", "POST"])
def of_variant(request: Request, pk: int) -> HttpResponse:
    """The image with a button on each face; POST takes `face`, its number."""
    variant = variant_for(request, pk)
    require(request.user, "variant.choose_face", variant)
    require_shown(viewing_of(request).variant(variant))
    if request.method == "POST":
        choosing.choose(request.user, variant, number_of(request))
        messages.success(request, "This face counts. It is read again.")
        return redirect(variant)
    faces = faces_json(variant.qa_report, variant.embedding)
    return render(request, "characters/faces.html", face_context(variant, faces))
