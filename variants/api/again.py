"""REST: a variant's recipe again, and a stale hero's checks again."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from people.idempotency import key_of
from people.requests import SignedIn, api_view
from studio.lib.limiting import limited
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import rechecking, regenerating
from variants.api.asking import OrderedJson, ordered_json
from variants.api.deciding import read
from variants.api.shapes import IF_MATCH, ONE, VariantJson, answer, if_match, variant_for


class AgainSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(default=1)
    seed = serializers.IntegerField(required=False, allow_null=True)


@operation("POST", OrderedJson, status=202, takes=AgainSerializer, query=[IF_MATCH])
@api_view(["POST"], keeps_keys=True)
@limited("generate")
def regenerate(request: SignedIn, pk: int, vid: int) -> Response:
    """Ask for more by the same recipe. With new seeds, or counted up from `seed`.

    What was inpainted is inpainted again: the same mask on the same image. What was edited or made
    elsewhere has no recipe: 409 `nothing_to_do`.
    """
    row = variant_for(request, pk, vid)
    data = read(AgainSerializer, request)
    ordered = regenerating.regenerate(
        request.user,
        row,
        seed=data.get("seed"),
        count=data["count"],
        revision=if_match(request),
        idempotency_key=key_of(request),
    )
    return Response(ordered_json(ordered), status=202)


@operation("POST", VariantJson, status=202, query=[IF_MATCH])
@api_view(["POST"])
def recheck(request: SignedIn, pk: int, vid: int) -> Response:
    """Run the checks again, with the likeness to the source that is current now."""
    row = variant_for(request, pk, vid)
    rechecking.recheck(request.user, row, revision=if_match(request))
    return answer(request, variant_for(request, pk, vid), status=202)


urlpatterns = [
    *both(f"{ONE}/regenerate", regenerate, "api-variant-regenerate"),
    *both(f"{ONE}/recheck", recheck, "api-variant-recheck"),
]
