"""REST: the words that admins extend."""

from typing import TypedDict

from rest_framework.response import Response

from people.requests import SignedIn, api_view
from studio.lib.openapi import Page, operation
from studio.lib.routes import both
from variants.vocabulary import VariantType


class VariantTypeJson(TypedDict):
    """A type of variants with its content rating."""

    name: str
    description: str
    content_rating: str


@operation("GET", Page[VariantTypeJson])
@api_view(["GET"])
def variant_types(request: SignedIn) -> Response:
    """The types that can be asked for."""
    rows = VariantType.objects.filter(archived_at__isnull=True)
    found = [
        {"name": row.name, "description": row.description, "content_rating": row.rating.label}
        for row in rows
    ]
    return Response({"results": found, "next": None})


urlpatterns = both("variant-types", variant_types, "api-variant-types")
