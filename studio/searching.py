"""Searching everything that a person may see: projects, characters and variants, by their words.

What is put away, or of a project that is, or in the trash, is not found here.
"""

from typing import TypedDict

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from characters.models import Character, ContentRating
from people.models import Project
from people.requests import SignedIn, api_view
from studio.lib.addresses import word
from studio.lib.errors import BadQuery
from studio.lib.limiting import limited
from studio.lib.openapi import operation
from studio.lib.pages import PAGED, size_of
from variants.api.shapes import VariantJson, variant_json
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

FOUND = 20
MAX_QUERY = 200
WORDS_OF_A_CHARACTER = ("name", "personality", "appearance", "ethnicity", "gender", "notes")
Q_PARAMETER = OpenApiParameter(
    "q",
    {"type": "string", "minLength": 1, "maxLength": MAX_QUERY},
    required=True,
    description="Words that all have to be found; `#12` or `12` is also an id.",
)


class FoundProject(TypedDict):
    """A project that was found."""

    id: int
    name: str
    description: str
    url: str


class FoundCharacter(TypedDict):
    """A character that was found."""

    id: int
    name: str
    project: int
    base_image_status: str
    url: str


class SearchJson(TypedDict):
    """What was found of each kind, newest first."""

    projects: list[FoundProject]
    characters: list[FoundCharacter]
    variants: list[VariantJson]


@operation("GET", SearchJson, query=[Q_PARAMETER, PAGED[0]])
@api_view(["GET"])
@limited("search", reads=True)
def search(request: SignedIn) -> Response:
    """Projects, characters and variants that I may see, by their words or ids."""
    said = word(request, "q").strip()
    if not said or len(said) > MAX_QUERY:
        raise BadQuery(f"Say what to look for, in at most {MAX_QUERY} characters.", field="q")
    most = size_of(request, FOUND)
    found: SearchJson = {
        "projects": [
            {
                "id": row.pk,
                "name": row.name,
                "description": row.description,
                "url": row.get_absolute_url(),
            }
            for row in _projects(request, said).order_by("-pk")[:most]
        ],
        "characters": [
            {
                "id": row.pk,
                "name": row.name,
                "project": row.project_id,
                "base_image_status": row.baseline.label,
                "url": row.get_absolute_url(),
            }
            for row in _characters(request, said).order_by("-pk")[:most]
        ],
        "variants": [
            variant_json(request, row) for row in _variants(request, said).order_by("-pk")[:most]
        ],
    }
    return Response(found)


def _projects(request: SignedIn, said: str) -> QuerySet[Project]:
    rows = Project.objects.visible_to(request.user).filter(archived_at__isnull=True)
    return rows.filter(_in(said, ("name", "description")))


def _characters(request: SignedIn, said: str) -> QuerySet[Character]:
    rows = Character.objects.visible_to(request.user).filter(archived_at__isnull=True)
    rows = rows.filter(project__archived_at__isnull=True)
    return rows.filter(_in(said, WORDS_OF_A_CHARACTER))


def _variants(request: SignedIn, said: str) -> QuerySet[ImageVariant]:
    rows = ImageVariant.objects.visible_to(request.user).present().for_cards().defer(None)
    rows = rows.filter(character__archived_at__isnull=True)
    rows = rows.filter(character__project__archived_at__isnull=True)
    names = ("variant_type__name", "character__name")
    # Words of a prompt that not everybody may read find nothing.
    open_to_all = Q(content_rating=ContentRating.GENERAL) & ~Q(status=VariantStatus.QUARANTINED)
    return rows.filter(_in(said, names) | (open_to_all & _in(said, ("prompt", *names))))


def _in(said: str, fields: tuple[str, ...]) -> Q:
    """Every word in one of the fields, or the id itself."""
    found = Q()
    for one in said.split():
        anywhere = Q()
        for name in fields:
            anywhere |= Q(**{f"{name}__icontains": one})
        found &= anywhere
    number = said.removeprefix("#")
    if number.isdecimal() and len(number) < 19:
        found |= Q(pk=int(number))
    return found
