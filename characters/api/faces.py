"""REST: choosing the face that counts in a source image."""

from typing import Any, TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from characters import choosing
from characters.models import SourceImage
from people.requests import SignedIn, api_view
from studio.lib.addresses import LARGEST
from studio.lib.errors import NotFound
from studio.lib.openapi import operation
from studio.lib.routes import both


class FaceSerializer(serializers.Serializer[Any]):
    """`number` as `faces` of the image has it: 0 is the largest."""

    number = serializers.IntegerField(min_value=0, max_value=LARGEST)


class ChosenJson(TypedDict):
    """The job that reads the chosen face."""

    job: int


def number_of(request: SignedIn) -> int:
    """The number of a face, as the body says it. Raises ValidationError."""
    serializer = FaceSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return int(serializer.validated_data["number"])


@operation("POST", ChosenJson, status=202, takes=FaceSerializer)
@api_view(["POST"])
def source_face(request: SignedIn, pk: int) -> Response:
    """Choose the face that counts; it is embedded and checked anew."""
    rows = SourceImage.objects.visible_to(request.user).present().select_related("character")
    source = rows.filter(pk=pk).first()
    if source is None:
        raise NotFound("There is no such image, or it is not yours to see.")
    chosen: ChosenJson = {"job": choosing.choose(request.user, source, number_of(request)).pk}
    return Response(chosen, status=202)


urlpatterns = [*both("source-images/<int:pk>/face", source_face, "api-source-face")]
