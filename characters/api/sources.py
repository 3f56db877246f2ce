"""REST: the source image of a character, its checks and earlier versions."""

from typing import TypedDict

from django.http.response import HttpResponseBase
from rest_framework.decorators import parser_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from characters import receiving, serving
from characters.api.shapes import (
    CheckJobsJson,
    SourceJson,
    character_for,
    source_json,
    with_checks,
    with_resemblances,
)
from characters.incoming import file_of, source_limits
from characters.models import SourceImage
from people.parsers import Json
from people.requests import SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.limiting import limited
from studio.lib.openapi import Page, Picture, Upload, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both


class AskedJson(TypedDict):
    """The jobs that were asked for."""

    jobs: CheckJobsJson


@operation("GET", SourceJson)
@operation("POST", SourceJson, status=201, takes=Upload)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser, FormParser, Json])
@limited("upload")
def source_image(request: SignedIn, pk: int) -> Response:
    """GET the current source image; POST another one to replace it."""
    row = character_for(request, pk)
    if request.method == "GET":
        if row.current_source is None:
            raise NotFound("There is no source image yet.")
        return Response(source_json(request, row.current_source))
    with file_of(request) as file:
        received = receiving.receive_source(
            request.user, row, file.data, file.name, source_limits()
        )
    answer = source_json(request, received.source)
    answer["base_image_status"] = received.source.character.baseline.label
    return Response(answer, status=201)


@operation("GET", Page[SourceJson], query=PAGED)
@api_view(["GET"])
def source_history(request: SignedIn, pk: int) -> Response:
    """Every version of the source image, newest first."""
    rows = (
        character_for(request, pk)
        .sources.present()
        .select_related("qa_report", "embedding__model", "created_by")
    )
    rows = rows.prefetch_related(with_checks("qa_report__"), with_resemblances())
    found, following = page_of(request, rows)
    return Response({"results": [source_json(request, s) for s in found], "next": following})


@operation("GET", Picture)
@api_view(["GET"])
def rendition(request: SignedIn, pk: int, name: str) -> HttpResponseBase:
    """A rendition of a source image, or `original`."""
    source = SourceImage.objects.visible_to(request.user).filter(pk=pk).first()
    if source is None:
        raise NotFound("There is no such image, or it is not yours to see.")
    return serving.rendition(request, source, name)


@operation("POST", AskedJson, status=202)
@api_view(["POST"])
def rerun_qa(request: SignedIn, pk: int) -> Response:
    """Run QA and face reading of the current source image again."""
    row = character_for(request, pk)
    if row.current_source is None:
        raise NotFound("There is no source image yet.")
    received = receiving.rerun_checks(request.user, row.current_source)
    asked: AskedJson = {"jobs": {"qa": received.qa.pk, "embedding": received.embedding.pk}}
    return Response(asked, status=202)


urlpatterns = [
    *both("characters/<int:pk>/source-image", source_image, "api-source-image"),
    *both("characters/<int:pk>/seed-image/upload", source_image, "api-seed-image-upload"),
    *both("characters/<int:pk>/source-image/history", source_history, "api-source-history"),
    *both("source-images/<int:pk>/renditions/<slug:name>", rendition, "api-source-rendition"),
    *both("characters/<int:pk>/source-image/rerun-qa", rerun_qa, "api-source-rerun-qa"),
]
