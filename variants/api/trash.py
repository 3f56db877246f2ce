"""REST: the trash of a character and of a project, and taking things out of it."""

from rest_framework.response import Response

from characters.api import character_for
from people.access import require
from people.api import project_for
from people.requests import SignedIn, api_view
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from variants import trashing
from variants.api.shapes import (
    IF_MATCH,
    ONE,
    VariantJson,
    answer,
    if_match,
    variant_for,
    variant_json,
)
from variants.models import ImageVariant


@operation("GET", Page[VariantJson], query=PAGED)
@api_view(["GET"])
def of_character(request: SignedIn, pk: int) -> Response:
    """What of the character is in the trash. For those who may restore it."""
    character = character_for(request, pk)
    require(request.user, "variant.delete", character)
    return _page(request, character=character.pk)


@operation("GET", Page[VariantJson], query=PAGED)
@api_view(["GET"])
def of_project(request: SignedIn, pk: int) -> Response:
    """What of the project is in the trash. For those who may restore it."""
    project = project_for(request, pk)
    require(request.user, "variant.delete", project)
    return _page(request, character__project=project.pk)


@operation("POST", VariantJson, query=[IF_MATCH])
@api_view(["POST"])
def restore(request: SignedIn, pk: int, vid: int) -> Response:
    """Take it out of the trash, as it was."""
    row = variant_for(request, pk, vid, trashed=True)
    trashing.restore(request.user, row, revision=if_match(request))
    return answer(request, variant_for(request, pk, vid))


def _page(request: SignedIn, **where: int) -> Response:
    rows = ImageVariant.objects.showing_to(request.user).trashed().for_cards()
    rows = rows.select_related("character").filter(**where)
    found, following = page_of(request, rows)
    return Response({"results": [variant_json(request, row) for row in found], "next": following})


urlpatterns = [
    *both("characters/<int:pk>/trash", of_character, "api-character-trash"),
    *both("projects/<int:pk>/trash", of_project, "api-project-trash"),
    *both(f"{ONE}/restore", restore, "api-variant-restore"),
]
