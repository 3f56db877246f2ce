"""REST: generation requests."""

from collections import Counter
from typing import TypedDict

from rest_framework.response import Response

from jobs.api import CancelledJson, RetriedJson
from people.requests import SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import retrying
from variants.api.shapes import VariantJson, variant_json
from variants.models import GenerationRequest


class RequestJson(TypedDict):
    """A generation request with its variants, and how many are in which status."""

    id: int
    variant_type: str
    count: int
    finished: bool
    statuses: dict[str, int]
    variants: list[VariantJson]


@operation("GET", RequestJson)
@api_view(["GET"])
def generation_request(request: SignedIn, pk: int) -> Response:
    """One generation request and all its variants."""
    row = request_for(request, pk)
    rows = row.variants.present().for_cards().order_by("pk")
    found = [variant_json(request, variant) for variant in rows]
    counts = Counter(item["status"] for item in found)
    return Response(
        {
            "id": row.pk,
            "variant_type": row.variant_type_id,
            "count": row.count,
            "finished": not counts.keys() & {"pending", "generating"},
            "statuses": dict(counts),
            "variants": found,
        }
    )


@operation("POST", CancelledJson, status=202)
@api_view(["POST"])
def generation_request_cancel(request: SignedIn, pk: int) -> Response:
    """Stop whatever of it still waits or runs."""
    count = retrying.cancel_request(request.user, request_for(request, pk))
    return Response({"cancelled": count}, status=202)


@operation("POST", RetriedJson, status=202)
@api_view(["POST"])
def generation_request_retry(request: SignedIn, pk: int) -> Response:
    """Ask again for whatever of it failed or was cancelled: the same rows, the same seeds."""
    count = retrying.retry_request(request.user, request_for(request, pk))
    return Response({"retried": count}, status=202)


def request_for(request: SignedIn, pk: int) -> GenerationRequest:
    """The generation request, if the person may see it; NotFound otherwise."""
    row = GenerationRequest.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such request, or it is not yours to see.")
    return row


urlpatterns = [
    *both("requests/<int:pk>", generation_request, "api-request"),
    *both("requests/<int:pk>/cancel", generation_request_cancel, "api-request-cancel"),
    *both("requests/<int:pk>/retry", generation_request_retry, "api-request-retry"),
]
