"""REST: characters."""

from rest_framework.response import Response

from characters import describing
from characters.api.shapes import CharacterSerializer, character_for
from characters.models import Character
from people.api import project_for
from people.requests import SignedIn, api_view
from studio.lib.addresses import whole
from studio.lib.openapi import Page, operation
from studio.lib.pages import page_of
from studio.lib.routes import both


@operation("GET", Page[CharacterSerializer])
@operation("POST", CharacterSerializer, status=201, takes=CharacterSerializer)
@api_view(["GET", "POST"])
def characters(request: SignedIn) -> Response:
    """The characters that I may see; POST makes one."""
    context = {"request": request}
    if request.method == "GET":
        rows = Character.objects.visible_to(request.user).filter(archived_at__isnull=True)
        if (project := whole(request.GET.get("project", ""))) is not None:
            rows = rows.filter(project=project_for(request, project))
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


urlpatterns = [
    *both("characters", characters, "api-characters"),
    *both("characters/<int:pk>", character, "api-character"),
]
