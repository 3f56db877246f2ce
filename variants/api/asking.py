"""REST: asking for variants, for one character or many."""

from typing import Any, TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from characters.api import character_for
from characters.models import Character
from people.idempotency import key_of
from people.requests import SignedIn, api_view
from studio.lib.addresses import LARGEST
from studio.lib.errors import NotFound
from studio.lib.limiting import limited
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import ordering
from variants.options import COLUMNS, MAX_OUTFIT, Options
from variants.ordering import MAX_BATCH, Ordered
from variants.wishes import Wish


class WishSerializer(serializers.Serializer[Any]):
    variant_type = serializers.CharField(max_length=200)
    workflow_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    count = serializers.IntegerField(default=1)
    prompt = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    negative_prompt = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    seed = serializers.IntegerField(
        required=False, allow_null=True, help_text="Of the first candidate; without it, drawn."
    )
    lock_seed = serializers.BooleanField(
        default=False, help_text="One seed for every candidate instead of one each."
    )
    scene = serializers.CharField(default="", allow_blank=True, max_length=200)
    environment = serializers.CharField(default="", allow_blank=True, max_length=200)
    outfit = serializers.CharField(default="", allow_blank=True, max_length=MAX_OUTFIT)
    aspect_ratio = serializers.CharField(default="", allow_blank=True, max_length=200)
    quality_mode = serializers.CharField(default="", allow_blank=True, max_length=200)
    adult = serializers.BooleanField(
        default=False, help_text="Rate the images adult, whatever their type."
    )
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
            lock_seed=data["lock_seed"],
            adult=data["adult"],
            options=Options(**{name: data[name] for name in COLUMNS}),
            values=data.get("values", {})
            | {name: data[name] for name in names if data.get(name) not in (None, "")},
        )


class BatchSerializer(WishSerializer):
    character_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), max_length=MAX_BATCH
    )


class OrderedJson(TypedDict):
    """What was asked for, in one order."""

    request_id: int
    variant_ids: list[int]
    job_ids: list[int]


def ordered_json(ordered: Ordered) -> OrderedJson:
    """The ids of what was asked for."""
    return {
        "request_id": ordered.request.pk,
        "variant_ids": [variant.pk for variant in ordered.variants],
        "job_ids": [job.pk for job in ordered.jobs],
    }


@operation("POST", OrderedJson, status=202, takes=WishSerializer)
@api_view(["POST"], keeps_keys=True)
@limited("generate")
def generate(request: SignedIn, pk: int) -> Response:
    """Ask for candidates of one character."""
    character = character_for(request, pk)
    return _ordered(request, [character], WishSerializer(data=request.data))


@operation("POST", OrderedJson, status=202, takes=BatchSerializer)
@api_view(["POST"], keeps_keys=True)
@limited("generate")
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
        idempotency_key=key_of(request),
    )
    return Response(ordered_json(ordered), status=202)


urlpatterns = [
    *both("characters/<int:pk>/variants/generate", generate, "api-generate"),
    *both("variants/generate-batch", generate_batch, "api-generate-batch"),
]
