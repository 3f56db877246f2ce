"""Which stored files the rows name; a character's folder is asked at once."""

from collections.abc import Iterator

from characters.models import SourceImage
from characters.uploads import FOLDER, Upload
from studio.lib.files import original_key
from studio.lib.media import RENDITIONS
from variants.masks import ImageMask
from variants.models import ImageVariant

Row = SourceImage | ImageVariant | ImageMask
KINDS: dict[str, type[SourceImage] | type[ImageVariant] | type[ImageMask]] = {
    SourceImage.KIND: SourceImage,
    ImageVariant.KIND: ImageVariant,
    ImageMask.KIND: ImageMask,
}
ORIGINAL = "original"


def owner(folder: str) -> tuple[str, int] | None:
    """The kind and the character of a folder `<kind>/<character id>`; None for any other."""
    kind, _, number = folder.partition("/")
    return (kind, int(number)) if kind in KINDS and number.isdecimal() else None


def rows_in(kind: str, character_id: int) -> Iterator[Row]:
    """The rows with files in a character's folder."""
    rows = KINDS[kind].objects.filter(character_id=character_id).exclude(sha256=None)
    yield from rows.order_by("pk").iterator()


def keys_of(row: Row) -> dict[str, str]:
    """The keys that a row names, by `original` and the renditions' names."""
    original = original_key(row.KIND, row.character_id, str(row.sha256), str(row.format))
    return {ORIGINAL: original, **{name: row.rendition_path(name) for name in RENDITIONS}}


def is_forgotten(folder: str) -> bool:
    """Whether a folder held parts of an upload that no row knows any more."""
    top, _, name = folder.partition("/")
    number = name.partition("-")[0]
    return top == FOLDER and number.isdecimal() and not Upload.objects.filter(pk=number).exists()


def is_named(key: str) -> bool:
    """Whether a row names this key now."""
    folder, _, name = key.rpartition("/")
    if (place := owner(folder)) is None:
        return False
    kind, character_id = place
    sha256 = name.partition(".")[0]
    rows = KINDS[kind].objects.filter(character_id=character_id, sha256=sha256)
    return any(key in keys_of(row).values() for row in rows)
