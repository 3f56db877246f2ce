"""The most similar of other pictures, by their perceptual hashes. Reads reports, never whose."""

from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from qa.models import QAReport


@dataclass(frozen=True)
class Nearest:
    """Differing bits of the hashes, 0 to 64, and the report of the other picture."""

    bits: int
    report_id: int


def nearest(phash: int, others: QuerySet[QAReport]) -> Nearest | None:
    """The report whose picture is most similar, the newest of equals; None without any."""
    rows = others.filter(phash__isnull=False).order_by("-pk").values_list("pk", "phash")
    if not (found := list(rows)):
        return None
    ids, hashes = (np.array(column, np.int64) for column in zip(*found, strict=True))
    bits = np.bitwise_count((hashes ^ np.int64(phash)).view(np.uint64))
    place = int(bits.argmin())
    return Nearest(int(bits[place]), int(ids[place]))
