"""The API's description of itself: OpenAPI 3.1 for programs, a page for people."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.decorators import renderer_classes
from rest_framework.response import Response

from people.requests import SignedIn, api_view
from studio.lib.openapi import operation


@cache
def description() -> dict[str, Any]:
    """The whole API; the code decides it, so that one process makes it once."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]  # drf-spectacular has few types
    made: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    return made


@operation("GET", dict[str, Any])
@api_view(["GET"])
@renderer_classes(
    [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer]
)
def schema(request: SignedIn) -> Response:
    """This description, as OpenAPI 3.1 in JSON, or in YAML where `Accept` asks for it."""
    return Response(description())


@login_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The description, to be read and tried by a person."""
    return render(request, "studio/api_docs.html")
