"""REST: deciding about many variants at once."""

from typing import TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from people.requests import SignedIn, api_view
from studio.lib.addresses import LARGEST
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import batching
from variants.api.deciding import DecisionSerializer
from variants.api.shapes import RefusedJson, VariantJson, refused_json, variant_json
from variants.batching import MAX_IDS, VERBS, Choice
from variants.models import ImageVariant
from variants.tagging import MAX_TAGS


class ManySerializer(DecisionSerializer):
    verb = serializers.CharField(max_length=40, help_text=f"One of {', '.join(VERBS)}.")
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), max_length=MAX_IDS
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=200), default=list, max_length=MAX_TAGS
    )
    revisions = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST),
        default=dict,
        help_text="The revision of each that was looked at, by its id.",
    )

    def choice(self) -> Choice:
        data = self.validated_data
        seen = {int(pk): number for pk, number in data["revisions"].items() if pk.isdecimal()}
        return Choice(data["verb"], data["reasons"], data["note"], data["tags"], seen)


class ManyJson(TypedDict):
    """What became of each; `step` is what one undo takes back, null when nothing was done."""

    verb: str
    step: int | None
    done: list[VariantJson]
    refused: list[RefusedJson]


@operation("POST", ManyJson, takes=ManySerializer)
@api_view(["POST"])
def many(request: SignedIn) -> Response:
    """Decide about up to 500 variants. Each is done or refused with a code and a sentence.

    An id that one may not see is 404, and nothing is done. One undo takes the whole batch back.
    """
    serializer = ManySerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    data = serializer.validated_data
    batch = batching.decide(request.user, data["ids"], serializer.choice())
    rows = ImageVariant.objects.for_cards().filter(pk__in={row.pk for row in batch.done})
    body: ManyJson = {
        "verb": batch.verb,
        "step": batch.step.pk if batch.step else None,
        "done": [variant_json(request, row) for row in rows],
        "refused": [refused_json(pk, error) for pk, error in batch.refused.items()],
    }
    return Response(body)


urlpatterns = both("variants/batch", many, "api-variants-batch")
