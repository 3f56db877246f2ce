"""What is made of variants, made once for all readers with the same rights and kept in the process.

It is made of rows and of what its reader may do. Triggers give a row that changes a new
`updated_at`, so the times of the rows are the key, and nothing has ever to be forgotten by hand.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.cache import caches

from characters.models import ContentRating
from variants.vocabulary import VariantStatus

# What is shown of it. The name of a server and not its row, which changes with each heartbeat.
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


def kept_or_made(
    signatures: Sequence[Any],
    columns: Sequence[str],
    rights: str,
    make: Callable[[Sequence[int]], Mapping[int, str]],
) -> list[str]:
    """What `make` makes of variants, by id, in the order of their signatures.

    These are named rows of `columns`, which begin with `SIGNATURE` (what an order adds to them says
    nothing of the row). `make` is asked for those only that this process has not made as they are
    now; one that has gone meanwhile it may leave out. What not everybody may look at is for this
    reader alone, and never kept.
    """
    keys = {row.pk: _key(rights, row[: len(columns)]) for row in signatures}
    for_all = {row.pk for row in signatures if _is_for_all(row)}
    known = caches["variants"].get_many(keys[pk] for pk in for_all)
    unknown = [pk for pk, key in keys.items() if key not in known]
    made = make(unknown) if unknown else {}
    caches["variants"].set_many({keys[pk]: made[pk] for pk in for_all.intersection(made)})
    known |= {keys[pk]: text for pk, text in made.items()}
    return [known[key] for key in keys.values() if key in known]


def _is_for_all(row: Any) -> bool:
    general = row.content_rating_id == ContentRating.GENERAL
    return bool(general and row.status_id != VariantStatus.QUARANTINED)


def _key(rights: str, facts: Sequence[Any]) -> str:
    said = "|".join(str(fact) for fact in facts)
    return f"{rights}:{hashlib.sha256(said.encode()).hexdigest()}"
