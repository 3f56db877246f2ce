"""REST: what two recipes differ in, and running one again exactly."""

from typing import Any, TypedDict

from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from characters.viewing import require_shown
from people.requests import SignedIn, api_view
from studio.lib.addresses import whole
from studio.lib.errors import NotFound
from studio.lib.limiting import limited
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from variants import recipes, reproducing
from variants.api.shapes import IF_MATCH, ONE, VariantJson, answer, if_match, variant_for
from variants.errors import BadValue
from variants.models import ImageVariant
from variants.reproducing import Report
from variants.viewing import viewing_of


class DifferenceJson(TypedDict):
    """A parameter that differs; null where a recipe has no such parameter."""

    parameter: str
    this: Any
    other: Any


class RecipeDiffJson(TypedDict):
    """The parameters in which two variants differ."""

    this: int
    other: int
    differences: list[DifferenceJson]


class PixelsJson(TypedDict):
    """Differences of a channel, 0 to 255, and the share of pixels that differ, 0 to 1."""

    max: float
    mean: float
    share: float


class PerceptualJson(TypedDict):
    """Differing bits of the 64 of the perceptual hash, and mean structural similarity."""

    phash_distance: int
    ssim: float | None


class IdentityJson(TypedDict):
    """1 minus the cosine of the two faces' vectors, by one model."""

    cosine_distance: float
    model: str


class ReproductionJson(TypedDict):
    """A recipe that was run again; distances are null until they are measured."""

    variant: int
    original: int
    status: str
    compared: bool
    same_graph: bool | None
    cached: bool
    pixels: PixelsJson | None
    perceptual: PerceptualJson | None
    identity: IdentityJson | None
    sentence: str


def report_json(report: Report) -> ReproductionJson:
    """What the API says of a reproduction."""
    row = report.reproduction
    return {
        "variant": report.variant.pk,
        "original": report.original.pk,
        "status": report.variant.state.label,
        "compared": report.is_finished,
        "same_graph": report.is_same_graph,
        "cached": report.is_cached,
        "pixels": {
            "max": row.pixel_max,
            "mean": row.pixel_mean or 0.0,
            "share": row.pixel_share or 0.0,
        }
        if row.pixel_max is not None
        else None,
        "perceptual": {"phash_distance": row.phash_distance, "ssim": row.ssim}
        if row.phash_distance is not None
        else None,
        "identity": {"cosine_distance": report.identity, "model": report.identity_model}
        if report.identity is not None
        else None,
        "sentence": report.sentence,
    }


@operation(
    "GET",
    RecipeDiffJson,
    query=[OpenApiParameter("with", int, required=True, description="The other variant's id.")],
)
@api_view(["GET"])
def recipe_diff(request: SignedIn, pk: int, vid: int) -> Response:
    """The parameters that differ between this variant and another, of any character I may see."""
    this = variant_for(request, pk, vid)
    other_id = whole(request.GET.get("with", ""))
    if other_id is None:
        raise BadValue("Say with which variant: ?with= and its id.", field="with")
    rows = ImageVariant.objects.visible_to(request.user).present()
    other = rows.filter(pk=other_id).first()
    if other is None:
        raise NotFound("There is no such variant, or it is not yours to see.")
    for one in (this, other):
        require_shown(viewing_of(request).variant(one))
    found: list[DifferenceJson] = [
        {"parameter": one.parameter, "this": one.this, "other": one.other}
        for one in recipes.differences(this, other)
    ]
    return Response({"this": this.pk, "other": other.pk, "differences": found})


@operation("GET", Page[ReproductionJson], query=PAGED)
@operation("POST", VariantJson, status=202, query=[IF_MATCH])
@api_view(["GET", "POST"])
@limited("generate")
def reproduce(request: SignedIn, pk: int, vid: int) -> Response:
    """POST runs the recipe again, exactly; GET tells how near each reproduction came."""
    variant = variant_for(request, pk, vid)
    if request.method == "GET":
        found, following = page_of(request, reproducing.rows_about(variant))
        reports = [report_json(reproducing.report_of(row)) for row in found]
        return Response({"results": reports, "next": following})
    made = reproducing.reproduce(request.user, variant, revision=if_match(request))
    return answer(request, variant_for(request, pk, made.pk), status=202)


urlpatterns = [
    *both(f"{ONE}/recipe-diff", recipe_diff, "api-variant-recipe-diff"),
    *both(f"{ONE}/reproduce", reproduce, "api-variant-reproduce"),
]
