"""REST: the limits of the automatic checks. Everybody reads them; admins write them."""

from typing import Any, TypedDict

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from people.api import project_for
from people.models import Project
from people.requests import NamedField, SignedIn, api_view
from qa import thresholds
from qa.models import QACheck, QAThreshold
from studio.lib.addresses import LARGEST, whole
from studio.lib.errors import NotFound
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both

PROJECT = OpenApiParameter("project", int, description="The limits that hold in this project.")


class ThresholdJson(TypedDict):
    """Where a check warns and fails: in the studio, or in one project instead."""

    id: int
    check: str
    title: str
    unit: str
    direction: str
    project: int | None
    warn_limit: float | None
    fail_limit: float | None


class LimitsSerializer(serializers.Serializer[Any]):
    """Null: it never warns, or never fails."""

    warn_limit = serializers.FloatField(allow_null=True, required=False)
    fail_limit = serializers.FloatField(allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name, value in attrs.items():
            if isinstance(value, float) and not abs(value) < LARGEST:
                raise serializers.ValidationError({name: ["This is no number to compare with."]})
        return attrs


class ThresholdSerializer(LimitsSerializer):
    check = NamedField(queryset=QACheck.objects.all())
    project = serializers.IntegerField(
        allow_null=True, required=False, min_value=1, max_value=LARGEST
    )


def threshold_json(row: QAThreshold) -> ThresholdJson:
    """What the API says of a threshold."""
    return {
        "id": row.pk,
        "check": row.qa_check.name,
        "title": row.qa_check.title,
        "unit": row.qa_check.unit,
        "direction": row.qa_check.direction,
        "project": row.project_id,
        "warn_limit": row.warn_limit,
        "fail_limit": row.fail_limit,
    }


@operation("GET", Page[ThresholdJson], query=[PROJECT, *PAGED])
@operation("POST", ThresholdJson, status=201, takes=ThresholdSerializer)
@api_view(["GET", "POST"])
def threshold_list(request: SignedIn) -> Response:
    """Limits of the checks; POST gives a project limits of its own.

    A change judges what is stored again, as jobs `qa.rejudge`.
    """
    if request.method == "POST":
        said = _said(ThresholdSerializer(data=request.data))
        project = project_for(request, said["project"]) if said.get("project") else None
        limits = (said.get("warn_limit"), said.get("fail_limit"))
        row = thresholds.add_limits(request.user, said["check"], project, *limits)
        return Response(threshold_json(row), status=201)
    rows = _visible(request)
    if (wanted := request.GET.get("project")) is not None:
        rows = rows.filter(Q(project=None) | Q(project=project_for(request, whole(wanted) or 0)))
    found, following = page_of(request, rows)
    return Response({"results": [threshold_json(row) for row in found], "next": following})


@operation("GET", ThresholdJson)
@operation("PATCH", ThresholdJson, takes=LimitsSerializer)
@operation("DELETE", None, status=204)
@api_view(["GET", "PATCH", "DELETE"])
def threshold(request: SignedIn, pk: int) -> Response:
    """The limits of one check; DELETE takes a project's own away, so that the studio's hold."""
    row = _visible(request).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such threshold, or it is not yours to see.")
    if request.method == "DELETE":
        thresholds.remove_limits(request.user, row)
        return Response(status=204)
    if request.method == "PATCH":
        said = {**thresholds.said(row), **_said(LimitsSerializer(data=request.data))}
        row = thresholds.set_limits(request.user, row, said["warn_limit"], said["fail_limit"])
    return Response(threshold_json(row))


def _visible(request: SignedIn) -> Any:
    mine = Q(project=None) | Q(project__in=Project.objects.visible_to(request.user))
    return QAThreshold.objects.filter(mine).select_related("qa_check")


def _said(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


urlpatterns = [
    *both("qa-thresholds", threshold_list, "api-qa-thresholds"),
    *both("qa-thresholds/<int:pk>", threshold, "api-qa-threshold"),
]
