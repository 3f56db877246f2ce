"""What is said of files before they are sent: what is wrong with them, and who has them already.

Writes nothing, and looks only at what the person may see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from characters.models import SourceImage
from characters.uploads import Upload
from people.models import Project, User
from studio.lib.pictures import ImageRefused, Limits, foresee
from variants.models import ImageVariant


@dataclass(frozen=True)
class Offered:
    """A file as the sender read it: its first bytes, its hash and its size in px where it could."""

    name: str
    size_bytes: int
    head: bytes = b""
    sha256: str = ""
    size_px: tuple[int, int] | None = None


@dataclass(frozen=True)
class Known:
    """An image that is this very file."""

    words: str
    url: str


@dataclass(frozen=True)
class Foreseen:
    """What would be refused of it, which image it is already, and the upload that it goes on."""

    refusal: ImageRefused | None = None
    known: Known | None = None
    upload: Upload | None = None


def look(
    actor: User, project: Project, offered: Sequence[Offered], limits: Limits
) -> list[Foreseen]:
    """One answer for each file, in the order given; four queries however many they are."""
    hashes = {file.sha256 for file in offered if file.sha256}
    known = _known(actor, project, hashes)
    mine = Upload.objects.of(actor).unfinished().filter(project=project, sha256__in=hashes)
    begun = {row.sha256: row for row in mine}
    return [
        Foreseen(_refusal(file, limits), known.get(file.sha256), begun.get(file.sha256))
        for file in offered
    ]


def _refusal(file: Offered, limits: Limits) -> ImageRefused | None:
    try:
        foresee(file.name, file.size_bytes, limits, head=file.head, size_px=file.size_px)
    except ImageRefused as refusal:
        return refusal
    return None


def _known(actor: User, project: Project, hashes: Iterable[str]) -> dict[str, Known]:
    """By hash the newest of the project that one may see; a source stands before a variant.

    As in every list, one that is withheld is named and not shown: whoever holds the file is not to
    send it again. What is in the trash is not named.
    """
    found: dict[str, Known] = {}
    here = {"character__project": project, "sha256__in": hashes}
    variants = ImageVariant.objects.visible_to(actor).present().filter(**here)
    for row in variants.select_related("character").order_by("pk"):
        url = row.get_absolute_url()
        found[str(row.sha256)] = Known(f"Candidate {row.pk} of {row.character.name}", url)
    sources = SourceImage.objects.visible_to(actor).present().filter(**here)
    for source in sources.select_related("character").order_by("pk"):
        words = f"Source v{source.version} of {source.character.name}"
        found[source.sha256] = Known(words, source.character.get_absolute_url())
    return found
