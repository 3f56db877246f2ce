"""REST: choosing the face that counts in a variant."""

from rest_framework.response import Response

from characters.api.faces import ChosenJson, FaceSerializer, number_of
from people.requests import SignedIn, api_view
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import choosing
from variants.api.shapes import ONE, variant_for


@operation("POST", ChosenJson, status=202, takes=FaceSerializer)
@api_view(["POST"])
def variant_face(request: SignedIn, pk: int, vid: int) -> Response:
    """Choose the face that counts; it is embedded anew and its likeness measured."""
    job = choosing.choose(request.user, variant_for(request, pk, vid), number_of(request))
    chosen: ChosenJson = {"job": job.pk}
    return Response(chosen, status=202)


urlpatterns = [*both(f"{ONE}/face", variant_face, "api-variant-face")]
