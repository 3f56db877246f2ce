"""What the API says of a variant, and what its views have in common."""

from datetime import datetime
from functools import cache
from typing import Any, NotRequired, TypedDict

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from characters.api import FoundFaceJson, ReportJson, faces_json, report_json
from characters.models import ContentRating
from people.requests import SignedIn
from qa.scores import Scores
from studio.lib.addresses import whole as whole_number
from studio.lib.errors import NotFound, StudioError
from studio.lib.media import RENDITIONS
from variants import rechecking, resembling
from variants.errors import BadValue
from variants.fragments import card_of
from variants.models import ImageVariant
from variants.options import options_of
from variants.viewing import viewing_of

YES_OR_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
ONE = "characters/<int:pk>/variants/<int:vid>"
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the variant that was looked at; when it has moved on, that is 412, "
    "unless it is as asked already.",
)
PURGE = OpenApiParameter("purge", bool, description="Delete it for good, without the trash.")


class HeroLikenessJson(TypedDict):
    """How like a variant is to a hero of its character."""

    variant: int
    variant_type: str
    likeness: float
    likeness_band: str


class VariantJson(TypedDict):
    """A variant; a detail has `generation_params`, `qa`, its faces and likeness to heroes too.

    In the list of a character each has `qa_scores`, the value by the name of the check.
    """

    id: int
    character: int
    variant_type: str
    status: str
    is_hero: bool
    is_out: bool
    shortlisted: bool
    recheck: bool
    recheck_reason: str
    tags: list[str]
    provenance: str
    version: int
    revision: int
    parent_variant: int | None
    root: int | None
    request: int | None
    job: int | None
    seed: int | None
    scene: str
    environment: str
    outfit: str
    aspect_ratio: str
    quality_mode: str
    adult: bool
    content_rating: str
    withheld: str
    model: str
    prompt: str
    negative_prompt: str
    edit_type: str
    edit_prompt: str
    edited_source: int | None
    mask: int | None
    width: int | None
    height: int | None
    format: str | None
    file_size_bytes: int | None
    sha256: str | None
    likeness: float | None
    likeness_band: str | None
    likeness_model: str | None
    likeness_model_version: str | None
    qa_verdict: str | None
    qa_status: str
    progress: float
    note: str
    error_code: str
    error: str
    server: str
    execution_ms: int | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    purge_at: datetime | None
    file_url: str | None
    thumbnails: dict[str, str]
    generation_params: NotRequired[dict[str, Any]]
    qa_scores: NotRequired[Scores]
    qa: NotRequired[ReportJson | None]
    faces: NotRequired[list[FoundFaceJson]]
    likeness_to_heroes: NotRequired[list[HeroLikenessJson]]


class RefusedJson(TypedDict):
    """One of many that was refused."""

    id: int
    code: str
    detail: str


def refused_json(pk: int, error: StudioError) -> RefusedJson:
    """Why one of many was refused."""
    return {"id": pk, "code": error.code, "detail": error.sentence}


def variant_for(request: SignedIn, pk: int, vid: int, *, trashed: bool = False) -> ImageVariant:
    """The variant of that character, if the person may see it; NotFound otherwise.

    What is in the trash is there with `trashed` only, and then for those who may restore it.
    """
    user, rows = request.user, ImageVariant.objects.for_cards().defer(None)
    rows = rows.select_related("character__project", "character__current_source")
    rows = rows.showing_to(user) if trashed else rows.visible_to(user).present()
    variant = rows.filter(pk=vid, character__pk=pk).first()
    if variant is None:
        raise NotFound("There is no such variant, or it is not yours to see.")
    return variant


def variant_json(request: SignedIn, variant: ImageVariant, *, whole: bool = False) -> VariantJson:
    """What the API says of a variant; `whole` adds the resolved parameters and every check.

    The prompts and files of one that the person may not look at are left empty, and `withheld`
    says why.
    """
    card = card_of(variant, viewing=viewing_of(request))
    shown = not card.withheld
    options = options_of(variant)
    model = variant.embedding.model if variant.embedding and card.likeness_band else None
    body: VariantJson = {
        "id": variant.pk,
        "character": variant.character_id,
        "variant_type": variant.variant_type_id,
        "status": card.status,
        "is_hero": variant.is_hero,
        "is_out": card.is_out,
        "shortlisted": variant.shortlisted,
        "recheck": variant.recheck,
        "recheck_reason": rechecking.reason(variant) if variant.recheck else "",
        "tags": variant.tag_names,
        "provenance": variant.provenance,
        "version": variant.version,
        "revision": variant.revision,
        "parent_variant": variant.parent_variant_id,
        "root": variant.root_id,
        "request": variant.request_id,
        "job": variant.job_id,
        "seed": variant.seed,
        "scene": options.scene,
        "environment": options.environment,
        "outfit": options.outfit if shown else "",
        "aspect_ratio": options.aspect_ratio,
        "quality_mode": options.quality_mode,
        "adult": variant.rating is ContentRating.ADULT,
        "content_rating": variant.rating.label,
        "withheld": card.withheld,
        "model": variant.model,
        "prompt": variant.prompt if shown else "",
        "negative_prompt": variant.negative_prompt if shown else "",
        "edit_type": variant.edit_type,
        "edit_prompt": variant.edit_prompt if shown else "",
        "edited_source": variant.edited_source_id,
        "mask": variant.mask_id,
        "width": variant.width,
        "height": variant.height,
        "format": variant.format,
        "file_size_bytes": variant.file_size_bytes,
        "sha256": variant.sha256,
        "likeness": variant.likeness,
        "likeness_band": card.likeness_band or None,
        "likeness_model": model.name if model else None,
        "likeness_model_version": model.version if model else None,
        "qa_verdict": card.qa if card.qa in {"pass", "warn", "fail"} else None,
        "qa_status": card.qa,
        "progress": card.progress / 100,
        "note": card.note,
        "error_code": variant.error_code,
        "error": variant.error,
        "server": card.server,
        "execution_ms": variant.metrics.get("execution_ms"),
        "created_at": variant.created_at,
        "updated_at": variant.updated_at,
        "deleted_at": variant.deleted_at,
        "purge_at": variant.purge_at,
        "file_url": None,
        "thumbnails": {},
    }
    if card.image:
        site, pk = request.build_absolute_uri("/")[:-1], f"/{variant.pk}/"
        body["file_url"] = site + _addresses()["file"].replace("/0/", pk)
        body["thumbnails"] = {
            name: site + _addresses()[name].replace("/0/", pk) for name in RENDITIONS
        }
    if whole:
        body["generation_params"] = variant.generation_params if shown else {}
        body["qa"] = report_json(variant.qa_report)
        body["faces"] = faces_json(variant.qa_report, variant.embedding) if shown else []
        body["likeness_to_heroes"] = [
            {
                "variant": one.hero.pk,
                "variant_type": one.hero.variant_type_id,
                "likeness": one.likeness,
                "likeness_band": one.band,
            }
            for one in resembling.likeness_to_heroes(variant)
        ]
    return body


@cache
def _addresses() -> dict[str, str]:
    """The paths of the file and the renditions of variant 0: a list has hundreds of them."""
    renditions = {name: reverse("api-variant-rendition", args=[0, name]) for name in RENDITIONS}
    return {"file": reverse("api-variant-file", args=[0]), **renditions}


def if_match(request: SignedIn) -> int | None:
    """The revision in `If-Match`, an ETag; None when the header is not sent."""
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if tag in ("", "*"):
        return None
    return whole_number(tag) or 0


def purging(request: SignedIn) -> bool:
    """Whether `?purge=1` asks to delete for good. Raises BadValue for what is no yes or no."""
    said = request.GET.get("purge", "0")
    if said not in YES_OR_NO:
        raise BadValue("Say purge=1, or leave it away.", field="purge")
    return YES_OR_NO[said]


def answer(request: SignedIn, row: ImageVariant, *, status: int = 200) -> Response:
    """The whole variant, with its revision as its ETag."""
    body = variant_json(request, row, whole=True)
    return Response(body, status=status, headers={"ETag": f'"{row.revision}"'})
