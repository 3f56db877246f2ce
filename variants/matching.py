"""Which variant an edited file belongs to: by the id inside it, by its name, by its hash.

Asks only the character's own exports, so that a forged id leads nowhere. It writes nothing.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from characters.models import Character
from studio.lib.labels import marks_in
from studio.lib.scans.refusing import ImageRefused
from variants.errors import NoMatch
from variants.exporting import FILE_NAME
from variants.exports import VariantExport
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

MAX_CHOICES = 24


@dataclass(frozen=True)
class Match:
    """The variant, and by what it was found: `embedded`, `name` or `hash`."""

    variant: ImageVariant
    by: str


def match(character: Character, data: bytes, name: str) -> Match:
    """The variant that a file is an edit of. Raises NoMatch with the choices there are."""
    rows = VariantExport.objects.filter(
        variant__character=character, variant__deleted_at__isnull=True
    ).select_related("variant__character__project")
    if export := rows.filter(token__in=_marks(data)).first():
        return Match(export.variant, "embedded")
    if named := FILE_NAME.search(name.lower()):
        token = named.group(2)
        found = rows.filter(variant_id=int(named.group(1)), token__startswith=token).first()
        if found:
            return Match(found.variant, "name")
    sha256 = hashlib.sha256(data).hexdigest()
    if export := rows.filter(sha256=sha256).first():
        return Match(export.variant, "hash")
    stored = character.variants.present().select_related("character__project")
    if variant := stored.filter(sha256=sha256).first():
        return Match(variant, "hash")
    raise NoMatch(
        "Nothing in the file or its name tells which variant this is an edit of. Choose it.",
        field="variant",
        choices=[_choice(variant) for variant in choices(character)],
    )


def choices(character: Character) -> list[ImageVariant]:
    """Variants that a file may be an edit of: those that are out first, then the newest."""
    rows = character.variants.present().for_cards().filter(sha256__isnull=False)
    rows = rows.exclude(status_id=VariantStatus.QUARANTINED)
    return list(rows.order_by(F("is_out").desc(), "-pk")[:MAX_CHOICES])


def _choice(variant: ImageVariant) -> dict[str, Any]:
    return {
        "id": variant.pk,
        "version": variant.version,
        "variant_type": variant.variant_type_id,
        "status": variant.state.label,
        "is_out": variant.is_out,
    }


def _marks(data: bytes) -> list[str]:
    """Tokens in a file that nobody has vetted yet; one that is broken has none."""
    try:
        return marks_in(data)
    except ImageRefused:
        return []
