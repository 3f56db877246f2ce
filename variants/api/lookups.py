"""REST: the words that admins extend. Everybody reads them; admins write them."""

from typing import Any

from django.core.validators import RegexValidator
from django.urls import URLPattern
from rest_framework import serializers
from rest_framework.response import Response

from characters.models import ContentRatingRow
from people.requests import NamedField, SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from studio.lib.tables import Lookup
from variants import wording
from variants.vocabulary import (
    AspectRatio,
    EnvironmentPreset,
    QualityMode,
    RejectReason,
    ScenePreset,
    VariantType,
)

MAX_PROMPT = 4000
MAX_SIDE_PX = 8192
MAX_STEPS = 200
TYPE_NAME = RegexValidator(
    r"^\w[\w -]*\Z", "A type's name has letters, digits, spaces, - and _, and begins with neither."
)


class LookupSerializer(serializers.ModelSerializer[Any]):
    """What every word has; the name's own constraint is a conflict, not a malformed body."""

    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class VariantTypeSerializer(LookupSerializer):
    name = serializers.CharField(max_length=60, validators=[TYPE_NAME])
    content_rating = NamedField(
        queryset=ContentRatingRow.objects.all(),
        allow_null=True,
        required=False,
        help_text="Without one a type counts as adult.",
    )
    archived = serializers.BooleanField(source="is_archived", required=False)

    class Meta:
        model = VariantType
        fields = ["id", "name", "description", "content_rating", "archived"]


class SceneSerializer(LookupSerializer):
    prompt = serializers.CharField(max_length=MAX_PROMPT)

    class Meta:
        model = ScenePreset
        fields = ["id", "name", "description", "prompt"]


class EnvironmentSerializer(LookupSerializer):
    prompt = serializers.CharField(max_length=MAX_PROMPT)

    class Meta:
        model = EnvironmentPreset
        fields = ["id", "name", "description", "prompt"]


class AspectRatioSerializer(LookupSerializer):
    width = serializers.IntegerField(min_value=64, max_value=MAX_SIDE_PX)
    height = serializers.IntegerField(min_value=64, max_value=MAX_SIDE_PX)

    class Meta:
        model = AspectRatio
        fields = ["id", "name", "description", "width", "height"]


class QualityModeSerializer(LookupSerializer):
    steps = serializers.IntegerField(min_value=1, max_value=MAX_STEPS)
    sampler = serializers.CharField(max_length=100)

    class Meta:
        model = QualityMode
        fields = ["id", "name", "description", "steps", "sampler"]


class RejectReasonSerializer(LookupSerializer):
    class Meta:
        model = RejectReason
        fields = ["id", "name", "description"]


def _routes(path: str, shape: type[LookupSerializer], words: str) -> list[URLPattern]:
    """The list and the detail of one kind of word."""
    kind: type[Lookup] = shape.Meta.model

    @operation("GET", Page[shape], query=PAGED)  # type: ignore[valid-type]
    @operation("POST", shape, status=201, takes=shape)
    @api_view(["GET", "POST"])
    def every(request: SignedIn) -> Response:
        if request.method == "GET":
            found, following = page_of(request, kind._default_manager.all())
            return Response({"results": shape(found, many=True).data, "next": following})
        fields = _said(shape(data=request.data))
        fields.pop("is_archived", None)
        return Response(shape(wording.add(request.user, kind, **fields)).data, status=201)

    @operation("GET", shape)
    @operation("PATCH", shape, takes=shape)
    @operation("DELETE", None, status=204)
    @api_view(["GET", "PATCH", "DELETE"])
    def one(request: SignedIn, pk: int) -> Response:
        row = kind._default_manager.filter(pk=pk).first()
        if row is None:
            raise NotFound(f"There is no such {kind._meta.verbose_name}.")
        if request.method == "DELETE":
            wording.remove(request.user, row)
            return Response(status=204)
        if request.method == "PATCH":
            fields = _said(shape(row, data=request.data, partial=True))
            away = fields.pop("is_archived", None)
            row = wording.change(request.user, row, **fields)
            if isinstance(row, VariantType) and away is not None:
                (wording.remove if away else wording.restore)(request.user, row)
                row.refresh_from_db()
        return Response(shape(row).data)

    every.cls.__doc__ = f"{words}; POST adds one."  # type: ignore[attr-defined]
    one.cls.__doc__ = (  # type: ignore[attr-defined]
        f"One of: {words.lower()}. PATCH changes it; DELETE takes it away, unless it is in use."
    )
    name = f"api-{path.replace('/', '-')}"
    return [*both(path, every, name), *both(f"{path}/<int:pk>", one, f"{name}-one")]


def _said(serializer: LookupSerializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


urlpatterns = [
    *_routes("variant-types", VariantTypeSerializer, "Types of variants"),
    *_routes("presets/scenes", SceneSerializer, "Scenes"),
    *_routes("presets/environments", EnvironmentSerializer, "Environments"),
    *_routes("aspect-ratios", AspectRatioSerializer, "Aspect ratios"),
    *_routes("quality-modes", QualityModeSerializer, "Quality modes"),
    *_routes("reject-reasons", RejectReasonSerializer, "Reasons to reject"),
]
