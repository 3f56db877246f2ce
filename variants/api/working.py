"""REST: cancelling and retrying the work on a variant, and running its checks again."""

from rest_framework.response import Response

from people.requests import SignedIn, api_view
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import retrying
from variants.api.shapes import IF_MATCH, ONE, VariantJson, answer, if_match, variant_for
from variants.deciding import check_revision


@operation("POST", VariantJson, status=202, query=[IF_MATCH])
@api_view(["POST"])
def work(request: SignedIn, pk: int, vid: int, verb: str) -> Response:
    """Cancel, retry, or run the checks again."""
    steps = {
        "cancel": retrying.cancel,
        "retry": retrying.retry,
        "rerun-qa": retrying.rerun_checks,
    }
    row = variant_for(request, pk, vid)
    check_revision(row, if_match(request))
    steps[verb](request.user, row)
    return answer(request, variant_for(request, pk, vid), status=202)


urlpatterns = [
    pattern
    for verb in ("cancel", "retry", "rerun-qa")
    for pattern in both(f"{ONE}/{verb}", work, f"api-variant-{verb}", verb=verb)
]
