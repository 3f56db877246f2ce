"""REST: asking for variants, the gallery, decisions, requests."""

from collections import Counter
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from characters.api import character_for, report_json, source_json
from characters.models import Character
from people.requests import SignedIn, api_view, plain
from studio.lib.addresses import LARGEST, whole, word
from studio.lib.errors import NotFound
from studio.lib.media import RENDITIONS
from studio.lib.pages import page_of
from studio.lib.routes import both
from variants import ordering, retrying, reviewing, serving
from variants.fragments import card_of
from variants.models import GenerationRequest, ImageVariant
from variants.ordering import MAX_BATCH
from variants.vocabulary import Provenance, VariantStatus, VariantType
from variants.wishes import Wish


class WishSerializer(serializers.Serializer[Any]):
    variant_type = serializers.CharField(max_length=200)
    workflow_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    count = serializers.IntegerField(default=1)
    prompt = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    negative_prompt = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    seed = serializers.IntegerField(required=False, allow_null=True)
    denoise = serializers.FloatField(required=False, allow_null=True)
    steps = serializers.IntegerField(required=False, allow_null=True)
    cfg = serializers.FloatField(required=False, allow_null=True)
    checkpoint = serializers.CharField(required=False, allow_blank=True, max_length=300)
    values = serializers.DictField(
        required=False, help_text="Further values that the workflow takes, by name."
    )
    override_qa = serializers.BooleanField(default=False)

    def wish(self) -> Wish:
        data = self.validated_data
        names = ("denoise", "steps", "cfg", "checkpoint")
        return Wish(
            variant_type=data["variant_type"],
            workflow_id=data["workflow_id"],
            count=data["count"],
            prompt=data["prompt"],
            negative_prompt=data["negative_prompt"],
            seed=data.get("seed"),
            values=data.get("values", {})
            | {name: data[name] for name in names if data.get(name) not in (None, "")},
        )


class BatchSerializer(WishSerializer):
    character_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), max_length=MAX_BATCH
    )


class DecisionSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)
    reasons = serializers.ListField(
        child=serializers.CharField(max_length=100), default=list, max_length=20
    )


def variant_for(request: SignedIn, pk: int, vid: int) -> ImageVariant:
    """The variant of that character, if the person may see it; NotFound otherwise."""
    rows = ImageVariant.objects.visible_to(request.user).present().for_cards()
    variant = rows.filter(pk=vid, character__pk=pk).first()
    if variant is None:
        raise NotFound("There is no such variant, or it is not yours to see.")
    return variant


def variant_json(
    request: SignedIn, variant: ImageVariant, *, whole: bool = False
) -> dict[str, Any]:
    """What the API says of a variant; `whole` adds the resolved parameters and every check."""
    card = card_of(variant)
    body: dict[str, Any] = {
        "id": variant.pk,
        "character": variant.character_id,
        "variant_type": variant.variant_type_id,
        "status": card.status,
        "is_hero": variant.is_hero,
        "provenance": variant.provenance,
        "version": variant.version,
        "revision": variant.revision,
        "parent_variant": variant.parent_variant_id,
        "request": variant.request_id,
        "job": variant.job_id,
        "seed": variant.seed,
        "prompt": variant.prompt,
        "negative_prompt": variant.negative_prompt,
        "width": variant.width,
        "height": variant.height,
        "format": variant.format,
        "file_size_bytes": variant.file_size_bytes,
        "sha256": variant.sha256,
        "likeness": variant.likeness,
        "likeness_band": card.likeness_band or None,
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
        "file_url": None,
        "thumbnails": {},
    }
    if variant.has_file:
        build = request.build_absolute_uri
        body["file_url"] = build(reverse("api-variant-file", args=[variant.pk]))
        body["thumbnails"] = {
            name: build(reverse("api-variant-rendition", args=[variant.pk, name]))
            for name in RENDITIONS
        }
    if whole:
        body["generation_params"] = variant.generation_params
        body["qa"] = report_json(variant.qa_report)
    return body


@api_view(["POST"])
def generate(request: SignedIn, pk: int) -> Response:
    character = character_for(request, pk)
    return _ordered(request, [character], WishSerializer(data=request.data))


@api_view(["POST"])
def generate_batch(request: SignedIn) -> Response:
    """The same wish for many characters of one project."""
    serializer = BatchSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    ids = set(serializer.validated_data["character_ids"])
    characters = list(Character.objects.visible_to(request.user).filter(pk__in=ids).order_by("pk"))
    if len(characters) < len(ids):
        raise NotFound("There is no such character, or it is not yours to see.")
    return _ordered(request, characters, serializer)


def _ordered(
    request: SignedIn, characters: list[Character], serializer: WishSerializer
) -> Response:
    serializer.is_valid(raise_exception=True)
    ordered = ordering.order_batch(
        request.user,
        characters,
        serializer.wish(),
        override_qa=serializer.validated_data["override_qa"],
        idempotency_key=plain("Idempotency-Key", request.headers.get("Idempotency-Key", ""))[:120],
    )
    return Response(
        {
            "request_id": ordered.request.pk,
            "variant_ids": [variant.pk for variant in ordered.variants],
            "job_ids": [job.pk for job in ordered.jobs],
        },
        status=202,
    )


@api_view(["GET"])
def variants(request: SignedIn, pk: int) -> Response:
    """The source image and one page of variants, filtered by type, status and provenance."""
    character = character_for(request, pk)
    rows = character.variants.present().for_cards()
    if wanted := word(request, "type"):
        rows = rows.filter(variant_type__name=wanted)
    states = {state.label: state for state in VariantStatus}
    if (status := request.GET.get("status")) in states:
        rows = rows.filter(status_id=states[status])
    if (provenance := request.GET.get("provenance")) in Provenance.values:
        rows = rows.filter(provenance=provenance)
    found, following = page_of(request, rows)
    source = character.current_source
    return Response(
        {
            "source_image": source_json(request, source) if source else None,
            "results": [variant_json(request, variant) for variant in found],
            "next": following,
        }
    )


@api_view(["GET"])
def variant(request: SignedIn, pk: int, vid: int) -> Response:
    return _answer(request, variant_for(request, pk, vid))


@api_view(["POST"])
def approve(request: SignedIn, pk: int, vid: int) -> Response:
    row = variant_for(request, pk, vid)
    data = _decision(request)
    reviewing.approve(request.user, row, revision=_if_match(request), note=data["note"])
    return _answer(request, variant_for(request, pk, vid))


@api_view(["POST"])
def reject(request: SignedIn, pk: int, vid: int) -> Response:
    row = variant_for(request, pk, vid)
    data = _decision(request)
    reviewing.reject(
        request.user, row, revision=_if_match(request), reasons=data["reasons"], note=data["note"]
    )
    return _answer(request, variant_for(request, pk, vid))


@api_view(["POST"])
def work(request: SignedIn, pk: int, vid: int, verb: str) -> Response:
    """Cancel, retry, or run the checks again."""
    steps = {
        "cancel": retrying.cancel,
        "retry": retrying.retry,
        "rerun-qa": retrying.rerun_checks,
    }
    steps[verb](request.user, variant_for(request, pk, vid))
    return Response(variant_json(request, variant_for(request, pk, vid)), status=202)


@api_view(["GET"])
def file(request: SignedIn, pk: int) -> HttpResponseBase:
    """The bytes as they were made."""
    return serving.file(request, _visible(request, pk))


@api_view(["GET"])
def rendition(request: SignedIn, pk: int, name: str) -> HttpResponseBase:
    """The display file or a thumbnail."""
    return serving.rendition(request, _visible(request, pk), name)


@api_view(["GET"])
def scene_seeds(request: SignedIn, pk: int) -> Response:
    """Heroes only."""
    rows = character_for(request, pk).variants.present().for_cards().filter(is_hero=True)
    found, following = page_of(request, rows)
    return Response({"results": [variant_json(request, v) for v in found], "next": following})


@api_view(["GET"])
def generation_request(request: SignedIn, pk: int) -> Response:
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


@api_view(["POST"])
def generation_request_cancel(request: SignedIn, pk: int) -> Response:
    count = retrying.cancel_request(request.user, request_for(request, pk))
    return Response({"cancelled": count}, status=202)


@api_view(["GET"])
def variant_types(request: SignedIn) -> Response:
    rows = VariantType.objects.filter(archived_at__isnull=True)
    found = [
        {"name": row.name, "description": row.description, "content_rating": row.rating.label}
        for row in rows
    ]
    return Response({"results": found, "next": None})


def request_for(request: SignedIn, pk: int) -> GenerationRequest:
    """The generation request, if the person may see it; NotFound otherwise."""
    row = GenerationRequest.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such request, or it is not yours to see.")
    return row


def _visible(request: SignedIn, pk: int) -> ImageVariant:
    row = ImageVariant.objects.visible_to(request.user).present().filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such variant, or it is not yours to see.")
    return row


def _decision(request: SignedIn) -> dict[str, Any]:
    serializer = DecisionSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _if_match(request: SignedIn) -> int | None:
    """The revision in `If-Match`, an ETag; None when the header is not sent."""
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if tag in ("", "*"):
        return None
    return whole(tag) or 0


def _answer(request: SignedIn, row: ImageVariant) -> Response:
    body = variant_json(request, row, whole=True)
    return Response(body, headers={"ETag": f'"{row.revision}"'})


_ONE = "characters/<int:pk>/variants/<int:vid>"

urlpatterns = [
    *both("characters/<int:pk>/variants/generate", generate, "api-generate"),
    *both("variants/generate-batch", generate_batch, "api-generate-batch"),
    *both("characters/<int:pk>/variants", variants, "api-variants"),
    *both(_ONE, variant, "api-variant"),
    *both(f"{_ONE}/approve", approve, "api-variant-approve"),
    *both(f"{_ONE}/reject", reject, "api-variant-reject"),
    *(
        pattern
        for verb in ("cancel", "retry", "rerun-qa")
        for pattern in both(f"{_ONE}/{verb}", work, f"api-variant-{verb}", verb=verb)
    ),
    *both("variants/<int:pk>/file", file, "api-variant-file"),
    *both("variants/<int:pk>/renditions/<slug:name>", rendition, "api-variant-rendition"),
    *both("characters/<int:pk>/scene-seeds", scene_seeds, "api-scene-seeds"),
    *both("requests/<int:pk>", generation_request, "api-request"),
    *both("requests/<int:pk>/cancel", generation_request_cancel, "api-request-cancel"),
    *both("variant-types", variant_types, "api-variant-types"),
]
