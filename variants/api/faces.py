"""REST: choosing the face that counts in a variant."""

from rest_framework.response import Response

from characters.api.faces import ChosenJson, FaceSerializer, number_of
from people.requests import SignedIn, api_view
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import choosing
from variants.api.shapes import IF_MATCH, ONE, if_match, variant_for


@operation("POST", ChosenJson, status=202, takes=FaceSerializer, query=[IF_MATCH])
@api_view(["POST"])
def variant_face(request: SignedIn, pk: int, vid: int) -> Response:
    """Choose the face that counts; it is embedded anew and its likeness measured."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    job = choosing.choose(request.user, row, number_of(request), revision=seen)
    chosen: ChosenJson = {"job": job.pk}
    return Response(chosen, status=202)


urlpatterns = [*both(f"{ONE}/face", variant_face, "api-variant-face")]
