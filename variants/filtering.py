"""Filters and order of a character's variants, as the query string of page and API says them.

Unknown values are refused.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import F, FloatField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from drf_spectacular.utils import OpenApiParameter

from qa.policy import Verdict
from studio.lib.addresses import Asked, choice, moment, share, word
from studio.lib.pages import Order
from studio.lib.tables import Moment
from variants.models import ImageVariantQuerySet
from variants.sorting import ORDERS
from variants.vocabulary import Kind, Provenance, VariantStatus, VariantType

_S = VariantStatus
STATUSES: dict[str, tuple[VariantStatus, ...]] = {
    **{state.label: (state,) for state in VariantStatus},
    "candidates": (_S.GENERATED, _S.EDITING),
    "working": (_S.PENDING, _S.GENERATING),
}
VERDICTS: dict[str, Q] = {
    **{state.label: Q(qa_report__verdict_id=state) for state in Verdict},
    "none": Q(qa_report__verdict__isnull=True),
}
_LIMITS = "embedding__model__thresholds"
YES_OR_NO = {"yes": True, "no": False}
BANDS = ("match", "check", "differs", "none")


def _enum(name: str, words: Any, says: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, enum=list(words), description=says)


FILTERS = (
    OpenApiParameter("type", str, description="The name of a variant type."),
    _enum(
        "status", STATUSES, "The state; `candidates` await a decision, `working` are being made."
    ),
    _enum("provenance", Provenance.values, "Where the image comes from."),
    _enum("kind", Kind.values, "What sort of image it is."),
    _enum("verdict", VERDICTS, "What the automatic checks say; `none`: nothing yet."),
    _enum("likeness", BANDS, "By the limits of the face model; `none`: not measured."),
    OpenApiParameter("likeness_min", float, description="At least so like, from 0 to 1."),
    OpenApiParameter("likeness_max", float, description="At most so like, from 0 to 1."),
    OpenApiParameter("model", str, description="The model file that drew it."),
    OpenApiParameter("tag", str, description="A word that people put on it."),
    _enum("shortlisted", YES_OR_NO, "Whether it is on the short list."),
    _enum("recheck", YES_OR_NO, "Whether it is a hero of an older source or model."),
    OpenApiParameter("since", str, description="Made on or after this date or moment."),
    OpenApiParameter("until", str, description="Made on this date, or before this moment."),
    OpenApiParameter("date", str, description="Made on this day."),
)
NAMES = tuple(parameter.name for parameter in FILTERS)
SORT = _enum(
    "sort", ORDERS, "The order: `newest`, or this; what has no likeness or no seed comes last."
)


def order_of(request: Asked) -> Order:
    """The order that the query string asks for: the newest first. Raises BadQuery."""
    return choice(request, "sort", ORDERS) or ORDERS["newest"]


def narrowed(
    request: Asked, rows: ImageVariantQuerySet, types: Collection[str] | None = None
) -> ImageVariantQuerySet:
    """The rows that the query string asks for; `types` are all that there are, where known.

    Raises BadQuery.
    """
    if "type" in request.GET:
        known = VariantType.objects.values_list("name", flat=True) if types is None else types
        wanted = choice(request, "type", {name: name for name in known})
        rows = rows.filter(variant_type__name=wanted)
    if states := choice(request, "status", STATUSES):
        rows = rows.filter(status_id__in=states)
    for name, values in (("provenance", Provenance.values), ("kind", Kind.values)):
        if chosen := choice(request, name, {value: value for value in values}):
            rows = rows.filter(**{name: chosen})
    if (verdict := choice(request, "verdict", VERDICTS)) is not None:
        rows = rows.filter(verdict)
    for name in ("shortlisted", "recheck"):
        if (flag := choice(request, name, YES_OR_NO)) is not None:
            rows = rows.filter(**{name: flag})
    if "model" in request.GET:
        rows = rows.filter(model=word(request, "model"))
    if "tag" in request.GET:
        rows = rows.filter(tags__name=word(request, "tag"))
    return _by_date(request, _by_likeness(request, rows))


def _by_likeness(request: Asked, rows: ImageVariantQuerySet) -> ImageVariantQuerySet:
    least, most = share(request, "likeness_min"), share(request, "likeness_max")
    if least is not None:
        rows = rows.filter(likeness__gte=least)
    if most is not None:
        rows = rows.filter(likeness__lte=most)
    band = choice(request, "likeness", {band: band for band in BANDS})
    if band is None:
        return rows
    unmeasured = Q(likeness__isnull=True) | Q(embedding__isnull=True)
    if band == "none":
        return rows.filter(unmeasured)
    rows = rows.exclude(unmeasured).annotate(
        match_limit=Cast(KeyTextTransform("match", _LIMITS), FloatField()),
        check_limit=Cast(KeyTextTransform("check", _LIMITS), FloatField()),
    )
    bands = {
        "match": Q(likeness__gte=F("match_limit")),
        "check": Q(likeness__lt=F("match_limit"), likeness__gte=F("check_limit")),
        "differs": Q(likeness__lt=F("check_limit")),
    }
    return rows.filter(bands[band])


def _by_date(request: Asked, rows: ImageVariantQuerySet) -> ImageVariantQuerySet:
    for name, ends in (("since", False), ("until", True)):
        if at := moment(request, name, end=ends):
            rows = rows.filter(**{"created_at__lt" if ends else "created_at__gte": Moment(at)})
    day, night = moment(request, "date"), moment(request, "date", end=True)
    if day and night:
        rows = rows.filter(created_at__gte=Moment(day), created_at__lt=Moment(night))
    return rows
