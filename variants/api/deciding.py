"""REST: decisions about one variant. `If-Match` takes the revision that was looked at."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from people.requests import SignedIn, api_view
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import quarantining, rechecking, reviewing, tagging
from variants.api.shapes import IF_MATCH, ONE, VariantJson, answer, if_match, variant_for
from variants.tagging import MAX_TAGS


class NoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)


class DecisionSerializer(NoteSerializer):
    reasons = serializers.ListField(
        child=serializers.CharField(max_length=100), default=list, max_length=20
    )


class TagsSerializer(serializers.Serializer[Any]):
    add = serializers.ListField(
        child=serializers.CharField(max_length=200), default=list, max_length=MAX_TAGS
    )
    remove = serializers.ListField(
        child=serializers.CharField(max_length=200), default=list, max_length=MAX_TAGS
    )


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(default="", allow_blank=True, max_length=2000)


@operation("POST", VariantJson, takes=NoteSerializer, query=[IF_MATCH])
@api_view(["POST"])
def approve(request: SignedIn, pk: int, vid: int) -> Response:
    """Make it the hero of its type. The previous hero becomes a candidate again."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    note = read(NoteSerializer, request)["note"]
    reviewing.approve(request.user, row, revision=seen, note=note)
    return answer(request, variant_for(request, pk, vid))


@operation("POST", VariantJson, takes=DecisionSerializer, query=[IF_MATCH])
@api_view(["POST"])
def reject(request: SignedIn, pk: int, vid: int) -> Response:
    """Reject a candidate. Reasons are those of the studio; others are 400 `unknown_reason`."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    data = read(DecisionSerializer, request)
    reviewing.reject(request.user, row, revision=seen, reasons=data["reasons"], note=data["note"])
    return answer(request, variant_for(request, pk, vid))


@operation("POST", VariantJson, takes=NoteSerializer, query=[IF_MATCH])
@api_view(["POST"])
def shortlist(request: SignedIn, pk: int, vid: int, on: bool) -> Response:
    """Put it on the shortlist, or take it off."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    note = read(NoteSerializer, request)["note"]
    reviewing.shortlist(request.user, row, on, revision=seen, note=note)
    return answer(request, variant_for(request, pk, vid))


@operation("POST", VariantJson, takes=NoteSerializer, query=[IF_MATCH])
@api_view(["POST"])
def reconsider(request: SignedIn, pk: int, vid: int) -> Response:
    """Make a rejected or older version a candidate again."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    note = read(NoteSerializer, request)["note"]
    reviewing.reconsider(request.user, row, revision=seen, note=note)
    return answer(request, variant_for(request, pk, vid))


@operation("POST", VariantJson, takes=NoteSerializer, query=[IF_MATCH])
@api_view(["POST"])
def keep(request: SignedIn, pk: int, vid: int) -> Response:
    """Keep a hero whose source or model was replaced."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    note = read(NoteSerializer, request)["note"]
    rechecking.keep(request.user, row, revision=seen, note=note)
    return answer(request, variant_for(request, pk, vid))


@operation("POST", VariantJson, takes=TagsSerializer, query=[IF_MATCH])
@api_view(["POST"])
def tags(request: SignedIn, pk: int, vid: int) -> Response:
    """Add tags and take tags away."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    data = read(TagsSerializer, request)
    tagging.tag(request.user, row, data["add"], data["remove"], revision=seen)
    return answer(request, variant_for(request, pk, vid))


@operation("POST", VariantJson, takes=ReasonSerializer, query=[IF_MATCH])
@api_view(["POST"])
def quarantine(request: SignedIn, pk: int, vid: int) -> Response:
    """Withhold it for good, with a reason. Admins alone."""
    row, seen = variant_for(request, pk, vid), if_match(request)
    reason = read(ReasonSerializer, request)["reason"]
    quarantining.quarantine(request.user, row, reason, revision=seen)
    return answer(request, variant_for(request, pk, vid))


def read(kind: type[serializers.Serializer[Any]], request: SignedIn) -> dict[str, Any]:
    """The body as the serializer reads it; ValidationError for what it does not take."""
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


urlpatterns = [
    *both(f"{ONE}/approve", approve, "api-variant-approve"),
    *both(f"{ONE}/reject", reject, "api-variant-reject"),
    *both(f"{ONE}/shortlist", shortlist, "api-variant-shortlist", on=True),
    *both(f"{ONE}/unshortlist", shortlist, "api-variant-unshortlist", on=False),
    *both(f"{ONE}/reconsider", reconsider, "api-variant-reconsider"),
    *both(f"{ONE}/keep", keep, "api-variant-keep"),
    *both(f"{ONE}/tags", tags, "api-variant-tags"),
    *both(f"{ONE}/quarantine", quarantine, "api-variant-quarantine"),
]
