"""Filters of a character's variants, read from the query string. Unknown values are refused."""

from typing import Any

from django.db.models import F, FloatField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from drf_spectacular.utils import OpenApiParameter

from qa.policy import Verdict
from studio.lib.addresses import Asked, choice, moment, share, word
from studio.lib.errors import BadQuery
from variants.models import ImageVariantQuerySet
from variants.vocabulary import Kind, Provenance, VariantStatus, VariantType

VERDICTS: dict[str, Q] = {
    **{state.label: Q(qa_report__verdict_id=state) for state in Verdict},
    "none": Q(qa_report__verdict__isnull=True),
}
_LIMITS = "embedding__model__thresholds"
BANDS = ("match", "check", "differs", "none")


def _enum(name: str, words: Any, says: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, enum=list(words), description=says)


FILTERS = (
    OpenApiParameter("type", str, description="The name of a variant type."),
    _enum("status", [state.label for state in VariantStatus], "The state of a variant."),
    _enum("provenance", Provenance.values, "Where the image comes from."),
    _enum("kind", Kind.values, "What sort of image it is."),
    _enum("verdict", VERDICTS, "What the automatic checks say; `none`: nothing yet."),
    _enum("likeness", BANDS, "By the limits of the face model; `none`: not measured."),
    OpenApiParameter("likeness_min", float, description="At least so like, from 0 to 1."),
    OpenApiParameter("likeness_max", float, description="At most so like, from 0 to 1."),
    OpenApiParameter("model", str, description="The model file that drew it."),
    _enum("shortlisted", ("yes", "no"), "Whether it is on the short list."),
    OpenApiParameter("since", str, description="Made on or after this date or moment."),
    OpenApiParameter("until", str, description="Made on this date, or before this moment."),
    OpenApiParameter("date", str, description="Made on this day."),
)


def narrowed(request: Asked, rows: ImageVariantQuerySet) -> ImageVariantQuerySet:
    """The rows that the query string asks for. Raises BadQuery."""
    if (wanted := request.GET.get("type")) is not None:
        if "\0" in wanted or not VariantType.objects.filter(name=wanted).exists():
            raise BadQuery(f"There is no variant type {wanted[:60]!r}.", field="type")
        rows = rows.filter(variant_type__name=wanted)
    state = choice(request, "status", {state.label: state for state in VariantStatus})
    if state is not None:
        rows = rows.filter(status_id=state)
    for name, values in (("provenance", Provenance.values), ("kind", Kind.values)):
        if chosen := choice(request, name, {value: value for value in values}):
            rows = rows.filter(**{name: chosen})
    if (verdict := choice(request, "verdict", VERDICTS)) is not None:
        rows = rows.filter(verdict)
    shortlisted = choice(request, "shortlisted", {"yes": True, "no": False})
    if shortlisted is not None:
        rows = rows.filter(shortlisted=shortlisted)
    if (model := word(request, "model")) or "model" in request.GET:
        rows = rows.filter(model=model)
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
            rows = rows.filter(**{"created_at__lt" if ends else "created_at__gte": at})
    day, night = moment(request, "date"), moment(request, "date", end=True)
    if day and night:
        rows = rows.filter(created_at__gte=day, created_at__lt=night)
    return rows
