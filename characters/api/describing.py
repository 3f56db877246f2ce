"""REST: characters."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from characters import describing
from characters.api.shapes import CharacterSerializer, character_for
from characters.models import Character
from people.api import project_for
from people.requests import ARCHIVED, SignedIn, api_view, archived_or_not
from studio.lib.addresses import whole
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both

PROJECT = OpenApiParameter("project", int, description="Those of this project.")


@operation("GET", Page[CharacterSerializer], query=[PROJECT, ARCHIVED, *PAGED])
@operation("POST", CharacterSerializer, status=201, takes=CharacterSerializer)
@api_view(["GET", "POST"])
def characters(request: SignedIn) -> Response:
    """The characters that I may see; POST makes one."""
    context = {"request": request}
    if request.method == "GET":
        rows = Character.objects.visible_to(request.user).filter(**archived_or_not(request))
        if (said := request.GET.get("project")) is not None:
            rows = rows.filter(project=project_for(request, whole(said) or 0))
        found, following = page_of(request, rows)
        data = CharacterSerializer(found, many=True, context=context).data
        return Response({"results": data, "next": following})
    serializer = CharacterSerializer(data=request.data, context=context)
    serializer.is_valid(raise_exception=True)
    character = describing.create_character(request.user, **serializer.validated_data)
    return Response(CharacterSerializer(character, context=context).data, status=201)


@operation("GET", CharacterSerializer)
@operation("PATCH", CharacterSerializer, takes=CharacterSerializer)
@operation("DELETE", None, status=204)
@api_view(["GET", "PATCH", "DELETE"])
def character(request: SignedIn, pk: int) -> Response:
    """One character; DELETE archives it."""
    row = character_for(request, pk)
    context = {"request": request}
    if request.method == "DELETE":
        describing.archive_character(request.user, row)
        return Response(status=204)
    if request.method == "PATCH":
        serializer = CharacterSerializer(row, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        row = describing.edit_character(request.user, row, **serializer.validated_data)
    return Response(CharacterSerializer(row, context=context).data)


@operation("POST", CharacterSerializer)
@api_view(["POST"])
def character_archived(request: SignedIn, pk: int, verb: str) -> Response:
    """Put a character away, or take it out again; nothing of it is deleted."""
    step = describing.archive_character if verb == "archive" else describing.unarchive_character
    row = step(request.user, character_for(request, pk))
    return Response(CharacterSerializer(row, context={"request": request}).data)


urlpatterns = [
    *both("characters", characters, "api-characters"),
    *both("characters/<int:pk>", character, "api-character"),
    *(
        pattern
        for verb in ("archive", "unarchive")
        for pattern in both(
            f"characters/<int:pk>/{verb}", character_archived, f"api-character-{verb}", verb=verb
        )
    ),
]
