"""Cards as HTML, rendered once for all readers with the same rights."""

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from variants.fragments import Card, card_of
from variants.keeping import SIGNATURE, kept_or_made
from variants.models import ImageVariant
from variants.viewing import VariantViewing

_TEMPLATES = sorted(Path(settings.BASE_DIR, "templates", "variants").glob("_*.html"))
_RELEASE = hashlib.sha256(b"".join(path.read_bytes() for path in _TEMPLATES)).hexdigest()[:12]
# In place of the form token of whoever reads; no text of a card can say it.
_TOKEN = secrets.token_urlsafe(24)


def cards_of(
    signatures: Sequence[Any],
    viewing: VariantViewing,
    *,
    may_review: bool,
    may_make: bool,
    csrf_token: str,
) -> list[SafeString]:
    """The HTML of cards, in the order of named rows of `SIGNATURE`.

    One query more for those that this process has not rendered as they are now.
    """

    def make(pks: Sequence[int]) -> dict[int, str]:
        rows = ImageVariant.objects.for_cards().filter(pk__in=pks)
        return {
            row.pk: _html(card_of(row, viewing=viewing, may_review=may_review, may_make=may_make))
            for row in rows
        }

    rights = f"{_RELEASE}:{may_review:d}{may_make:d}"
    return [
        mark_safe(html.replace(_TOKEN, csrf_token))  # noqa: S308  a template made it
        for html in kept_or_made(signatures, SIGNATURE, rights, make)
    ]


def _html(card: Card) -> str:
    return render_to_string("variants/_card.html", {"card": card, "csrf_token": _TOKEN})
