"""REST: approve and reject."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from people.requests import SignedIn, api_view
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import reviewing
from variants.api.shapes import ONE, VariantJson, answer, if_match, variant_for


class DecisionSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)
    reasons = serializers.ListField(
        child=serializers.CharField(max_length=100), default=list, max_length=20
    )


@operation("POST", VariantJson, takes=DecisionSerializer)
@api_view(["POST"])
def approve(request: SignedIn, pk: int, vid: int) -> Response:
    """Make it the hero of its type; `If-Match` takes the revision that was looked at."""
    row = variant_for(request, pk, vid)
    data = _decision(request)
    reviewing.approve(request.user, row, revision=if_match(request), note=data["note"])
    return answer(request, variant_for(request, pk, vid))


@operation("POST", VariantJson, takes=DecisionSerializer)
@api_view(["POST"])
def reject(request: SignedIn, pk: int, vid: int) -> Response:
    """Reject a candidate, with reasons; `If-Match` takes the revision that was looked at."""
    row = variant_for(request, pk, vid)
    data = _decision(request)
    reviewing.reject(
        request.user, row, revision=if_match(request), reasons=data["reasons"], note=data["note"]
    )
    return answer(request, variant_for(request, pk, vid))


def _decision(request: SignedIn) -> dict[str, Any]:
    serializer = DecisionSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


urlpatterns = [
    *both(f"{ONE}/approve", approve, "api-variant-approve"),
    *both(f"{ONE}/reject", reject, "api-variant-reject"),
]
