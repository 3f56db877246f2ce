"""REST: any image of a character by its opaque id, `s-12` for a source or `v-34` for a variant."""

from rest_framework.response import Response

from characters import trashing as sources
from characters.api import character_for
from characters.models import SourceImage
from people.requests import SignedIn, api_view
from studio.lib.addresses import whole
from studio.lib.errors import NotFound
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants import trashing
from variants.api.shapes import IF_MATCH, PURGE, if_match, purging, variant_for
from variants.models import ImageVariant


@operation("DELETE", None, status=204, query=[PURGE, IF_MATCH])
@api_view(["DELETE"])
def image(request: SignedIn, pk: int, image_id: str) -> Response:
    """Move an image to the trash. With `?purge=1` delete record and file for good.

    A hero is 409 `is_hero`, the current source 409 `is_current_source`.
    """
    for_good = purging(request)
    found = _found(request, pk, image_id, trashed=for_good)
    if isinstance(found, SourceImage):
        delete_source = sources.purge_source if for_good else sources.trash_source
        delete_source(request.user, found)
    else:
        delete = trashing.purge if for_good else trashing.trash
        delete(request.user, found, revision=if_match(request))
    return Response(status=204)


@operation("POST", None, status=204, query=[IF_MATCH])
@api_view(["POST"])
def restore(request: SignedIn, pk: int, image_id: str) -> Response:
    """Take an image out of the trash."""
    found = _found(request, pk, image_id, trashed=True)
    if isinstance(found, SourceImage):
        sources.restore_source(request.user, found)
    else:
        trashing.restore(request.user, found, revision=if_match(request))
    return Response(status=204)


def _found(
    request: SignedIn, pk: int, image_id: str, *, trashed: bool
) -> SourceImage | ImageVariant:
    """The image, in the trash only with `trashed`; NotFound otherwise."""
    kind, _, number = image_id.partition("-")
    key = whole(number)
    if kind == "v" and key is not None:
        return variant_for(request, pk, key, trashed=trashed)
    rows = character_for(request, pk).sources.select_related("character__project")
    rows = rows if trashed else rows.present()
    source = rows.filter(pk=key).first() if kind == "s" and key is not None else None
    if source is None:
        raise NotFound("There is no such image, or it is not yours to see.")
    return source


_IMAGE = "characters/<int:pk>/images/<slug:image_id>"
urlpatterns = [
    *both(_IMAGE, image, "api-image"),
    *both(f"{_IMAGE}/restore", restore, "api-image-restore"),
]
