"""Asking "who is this": by an uploaded picture, or by an image of the studio."""

from django.db import transaction

from audit.recording import record
from characters.models import SourceImage
from characters.viewing import require_shown
from identity.models import LikenessSearch
from jobs.asking import Ask, ask
from people.access import require
from people.models import Project, User
from studio.lib.pictures import Limits, vet
from variants.images import Image, image_id
from variants.viewing import VariantViewing

MOST_BYTES = 4 * 2**20  # of a picture on its way to the worker; of a larger one the thumbnail goes


def search_by_picture(
    actor: User, project: Project, data: bytes, name: str, limits: Limits
) -> LikenessSearch:
    """Ask by a picture from outside; a copy without metadata goes to the worker, which lets it go.

    No character has a part in it yet, so there is nothing that the content gate could be asked.
    Raises ImageRefused (the validator's codes).
    """
    require(actor, "likeness.search", project)
    picture = vet(data, name, limits)
    largest = max(picture.thumbnails, key=lambda item: item.width * item.height)
    shown = picture.display if len(picture.display.data) <= MOST_BYTES else largest
    return _ask(LikenessSearch(project=project, asked_by=actor, picture=shown.data), "a picture")


def search_by_image(actor: User, project: Project, image: Image) -> LikenessSearch:
    """Ask by an image that the person may look at. Raises Forbidden when they may not."""
    require(actor, "likeness.search", project)
    viewing = VariantViewing(actor)
    search = LikenessSearch(project=project, asked_by=actor)
    if isinstance(image, SourceImage):
        require_shown(viewing.source(image))
        search.source = image
    else:
        require_shown(viewing.variant(image))
        search.variant = image
    return _ask(search, image_id(image))


def _ask(search: LikenessSearch, by: str) -> LikenessSearch:
    with transaction.atomic():
        search.save()
        (search.job,) = ask(
            search.project_id,
            search.asked_by,
            [
                Ask(
                    kind="identity.search",
                    title="Who is this",
                    args={"search_id": search.pk},
                    url=search.get_absolute_url(),
                    priority=2,  # somebody waits for it, and it is short
                )
            ],
        )
        search.save(update_fields=["job"])
        record(search.asked_by, "likeness.search", search, after={"by": by})
    return search
