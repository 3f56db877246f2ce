"""REST: undo and redo of one's own decisions, by variant, by character, and of one step."""

from typing import TypedDict

from rest_framework.response import Response

from characters.api import character_for
from people.requests import SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import undoing
from variants.api.shapes import (
    IF_MATCH,
    ONE,
    RefusedJson,
    VariantJson,
    if_match,
    refused_json,
    variant_json,
)
from variants.decisions import ReviewStep
from variants.models import ImageVariant
from variants.undoing import Undone


class UndoneJson(TypedDict):
    """What an undo or a redo did; what somebody else has changed meanwhile is in `refused`."""

    step: int
    verb: str
    undone: bool
    variants: list[VariantJson]
    refused: list[RefusedJson]


@operation("POST", UndoneJson, query=[IF_MATCH])
@api_view(["POST"])
def of_variant(request: SignedIn, pk: int, vid: int, verb: str) -> Response:
    """Undo the last decision about it, or redo what was undone. One's own, and 50 steps at most."""
    rows = ImageVariant.objects.visible_to(request.user).select_related("character__project")
    variant = rows.filter(pk=vid, character__pk=pk).first()  # undoing may take it out of the trash
    if variant is None:
        raise NotFound("There is no such variant, or it is not yours to see.")
    turn = undoing.undo if verb == "undo" else undoing.redo
    return _answer(request, turn(request.user, variant, revision=if_match(request)))


@operation("POST", UndoneJson)
@api_view(["POST"])
def of_character(request: SignedIn, pk: int, verb: str) -> Response:
    """Undo one's last decision about anything of the character, or redo what was undone."""
    turn = undoing.undo_last if verb == "undo" else undoing.redo_last
    return _answer(request, turn(request.user, character_for(request, pk)))


@operation("POST", UndoneJson)
@api_view(["POST"])
def of_step(request: SignedIn, pk: int, verb: str) -> Response:
    """Undo or redo one step of one's own: a batch is one."""
    step = ReviewStep.objects.filter(pk=pk, made_by=request.user).first()
    if step is None or not _may_see(request, step):
        raise NotFound("There is no such step, or it is not yours.")
    turn = undoing.undo_step if verb == "undo" else undoing.redo_step
    return _answer(request, turn(request.user, step))


def _may_see(request: SignedIn, step: ReviewStep) -> bool:
    rows = ImageVariant.objects.visible_to(request.user)
    return rows.filter(decisions__step=step).exists()


def _answer(request: SignedIn, done: Undone) -> Response:
    step = ReviewStep.objects.get(pk=done.step.pk)
    rows = ImageVariant.objects.for_cards().filter(pk__in={row.pk for row in done.changed})
    body: UndoneJson = {
        "step": step.pk,
        "verb": step.verb,
        "undone": step.undone_at is not None,
        "variants": [variant_json(request, row) for row in rows],
        "refused": [refused_json(pk, error) for pk, error in done.refused.items()],
    }
    return Response(body)


urlpatterns = [
    pattern
    for verb in ("undo", "redo")
    for pattern in (
        *both(f"{ONE}/{verb}", of_variant, f"api-variant-{verb}", verb=verb),
        *both(f"characters/<int:pk>/{verb}", of_character, f"api-character-{verb}", verb=verb),
        *both(f"review-steps/<int:pk>/{verb}", of_step, f"api-step-{verb}", verb=verb),
    )
]
