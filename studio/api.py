"""The API's root: one error shape for everything, and every app's routes."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.urls import include, path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from studio import api_docs, searching
from studio.lib.errors import DatabaseAway, StudioError, pause_of
from studio.lib.routes import both

log = logging.getLogger(__name__)

CODES = {
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.ParseError: "malformed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.Throttled: "throttled",
    exceptions.ValidationError: "invalid",
}


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"code", "detail", "errors"}` for every expected error; None leaves a 500 to Django."""
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("the database did not answer an API request", exc_info=error)
        error = DatabaseAway()
    if isinstance(error, StudioError):
        extra = dict(error.extra)
        field = extra.get("field")
        errors = {field: [error.sentence]} if field else {}
        body = {"code": error.code, "detail": error.sentence, "errors": errors, **extra}
        return Response(body, status=error.status, headers=pause_of(error))
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is no such record, or it is not yours to see.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied("You may not do this.")
    response = exception_handler(error, context)
    if response is None:
        return None
    code = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), "error")
    if isinstance(error, exceptions.ValidationError):
        fields = response.data if isinstance(response.data, dict) else {"": response.data}
        detail = "; ".join(
            f"{name}: {' '.join(map(str, texts))}" if name else " ".join(map(str, texts))
            for name, texts in fields.items()
            if isinstance(texts, list)
        )
        body = {"code": code, "detail": detail or "The request is not valid.", "errors": fields}
    else:
        body = {"code": code, "detail": str(getattr(error, "detail", error)), "errors": {}}
    return Response(body, status=response.status_code, headers=dict(response.headers))


urlpatterns = [
    *both("schema", api_docs.schema, "api-schema"),
    *both("docs", api_docs.docs, "api-docs"),
    *both("search", searching.search, "api-search"),
    path("", include("people.api")),
    path("", include("qa.api")),
    path("", include("characters.api")),
    path("", include("variants.api")),
    path("", include("identity.api")),
    path("", include("jobs.api")),
    path("", include("comfy_bridge.api")),
    path("", include("webhooks.api")),
]
