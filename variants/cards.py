"""Cards as HTML, rendered once for all readers with the same rights and kept in the process.

A card is made of its rows and of what its reader may do. Triggers give a row that changes a new
`updated_at`, so the times of the rows are the key, and nothing has ever to be forgotten by hand.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from characters.models import ContentRating
from variants.fragments import card_of
from variants.models import ImageVariant
from variants.viewing import VariantViewing
from variants.vocabulary import VariantStatus

# What a card is made of. The name of a server and not its row, which changes with each heartbeat.
SIGNATURE = (
    "pk",
    "revision",
    "updated_at",
    "job__updated_at",
    "qa_report__updated_at",
    "embedding__model__updated_at",
    "submission__server__name",
    "is_out",
    "content_rating_id",
    "status_id",
)
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
    """The HTML of cards, in the order of named rows of `SIGNATURE` (what an order adds to them
    says nothing of the card).

    One query more for those that this process has not rendered as they are now. What not everybody
    may look at is for this reader alone, and never kept.
    """
    rights = f"{_RELEASE}:{may_review:d}{may_make:d}"
    keys = {row.pk: _key(rights, row) for row in signatures}
    for_all = {row.pk for row in signatures if _is_for_all(row)}
    kept = caches["cards"].get_many(keys[pk] for pk in for_all)
    unknown = [pk for pk, key in keys.items() if key not in kept]
    for card in _cards(unknown, may_review=may_review, may_make=may_make, viewing=viewing):
        context = {"card": card, "csrf_token": _TOKEN}
        kept[keys[card.pk]] = render_to_string("variants/_card.html", context)
    fresh = for_all.intersection(unknown)
    caches["cards"].set_many({keys[pk]: kept[keys[pk]] for pk in fresh if keys[pk] in kept})
    return [
        mark_safe(kept[key].replace(_TOKEN, csrf_token))  # noqa: S308  a template made it
        for key in keys.values()
        if key in kept  # a row may have gone between the two queries
    ]


def _is_for_all(row: Any) -> bool:
    general = row.content_rating_id == ContentRating.GENERAL
    return bool(general and row.status_id != VariantStatus.QUARANTINED)


def _key(rights: str, row: Any) -> str:
    facts = "|".join(str(fact) for fact in row[: len(SIGNATURE)])
    return f"{rights}:{hashlib.sha256(facts.encode()).hexdigest()}"


def _cards(pks: Iterable[int], **rights: Any) -> Iterable[Any]:
    rows = ImageVariant.objects.for_cards().filter(pk__in=pks) if pks else ()
    return (card_of(row, **rights) for row in rows)
