"""REST: the baseline of a character, and attestations about whom it depicts."""

from typing import TypedDict

from rest_framework.response import Response

from characters import approving, attesting
from characters.api.shapes import CharacterSerializer, character_for
from people.requests import SignedIn, api_view, body, text
from studio.lib.openapi import operation
from studio.lib.routes import both


class ReasonJson(TypedDict, total=False):
    """Why; `override` is for admins, who approve against failed checks."""

    reason: str
    override: bool


class AttestationAsk(TypedDict):
    """What is attested, and where the right to use the likeness comes from."""

    statement: str
    source: str


class AttestationJson(TypedDict):
    """A recorded attestation."""

    id: int
    scope: str


@operation("POST", AttestationJson, status=201, takes=AttestationAsk)
@api_view(["POST"])
def attestation(request: SignedIn, pk: int) -> Response:
    """Attest the right to use the likeness of the person whom the character depicts."""
    row = attesting.attest(
        request.user,
        character_for(request, pk),
        text(request, "statement"),
        text(request, "source"),
    )
    return Response({"id": row.pk, "scope": row.scope.name}, status=201)


@operation("POST", CharacterSerializer, takes=ReasonJson)
@api_view(["POST"])
def baseline(request: SignedIn, pk: int, verb: str) -> Response:
    """Approve, reject or unlock the baseline."""
    row = character_for(request, pk)
    reason = text(request, "reason")
    if verb == "approve":
        override = body(request).get("override") in (True, "true", "1")
        row = approving.approve_baseline(request.user, row, override=override, reason=reason)
    elif verb == "reject":
        row = approving.reject_baseline(request.user, row, reason)
    else:
        row = approving.unlock_baseline(request.user, row, reason)
    return Response(CharacterSerializer(row, context={"request": request}).data)


urlpatterns = [
    *both("characters/<int:pk>/attestation", attestation, "api-attestation"),
    *(
        pattern
        for verb in ("approve", "reject", "unlock")
        for pattern in both(
            f"characters/<int:pk>/seed-image/{verb}",
            baseline,
            f"api-baseline-{verb}",
            verb=verb,
        )
    ),
]
