"""REST: generation requests."""

from typing import TypedDict

from django.db.models import Count
from rest_framework.response import Response

from jobs.api import CancelledJson, RetriedJson
from people.requests import SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.openapi import operation
from studio.lib.pages import MAX_PAGE, PAGED, Order, page_of
from studio.lib.routes import both
from variants import retrying
from variants.api.shapes import VariantJson, variant_json
from variants.models import GenerationRequest
from variants.vocabulary import VariantStatus


class RequestJson(TypedDict):
    """A generation request with a page of its variants, and how many are in which status."""

    id: int
    variant_type: str
    count: int
    finished: bool
    statuses: dict[str, int]
    variants: list[VariantJson]
    next: str | None


@operation("GET", RequestJson, query=PAGED)
@api_view(["GET"])
def generation_request(request: SignedIn, pk: int) -> Response:
    """One generation request and its variants, in the order asked, up to 200 at once."""
    row = request_for(request, pk)
    rows = row.variants.present()
    found, following = page_of(request, rows.for_cards(), MAX_PAGE, order=Order(rising=True))
    states = rows.order_by().values_list("status_id").annotate(Count("pk"))
    counts = {VariantStatus.of(state).label: count for state, count in states}
    return Response(
        {
            "id": row.pk,
            "variant_type": row.variant_type_id,
            "count": row.count,
            "finished": not counts.keys() & {"pending", "generating"},
            "statuses": counts,
            "variants": [variant_json(request, variant) for variant in found],
            "next": following,
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
