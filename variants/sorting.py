"""The orders of a list of variants, and the indexes that make them quick; columns, no rows."""

from django.db.models import BigIntegerField, F, FloatField, Q, Value
from django.db.models.functions import Coalesce

from studio.lib.addresses import LARGEST
from studio.lib.pages import NEWEST, Order
from studio.lib.tables import NamedIndex

# What was not measured and what has no seed come last.
_LIKENESS = Coalesce("likeness", Value(-1.0), output_field=FloatField())
_SEED = Coalesce("seed", Value(LARGEST), output_field=BigIntegerField())
_VERSION, _ID = F("version"), F("id")

ORDERS = {
    "newest": NEWEST,
    "oldest": Order(rising=True),
    "likeness": Order(_LIKENESS),
    "seed": Order(_SEED, rising=True),
    "version": Order(_VERSION),
}
INDEXES = [
    NamedIndex(
        "character",
        *columns,
        condition=Q(deleted_at__isnull=True),
        name=f"idx_image_variants_by_{name}",
    )
    for name, columns in {
        "likeness": (_LIKENESS.desc(), _ID.desc()),
        "seed": (_SEED.asc(), _ID.asc()),
        "version": (_VERSION.desc(), _ID.desc()),
    }.items()
]
