"""REST: what a list says of each variant, as JSON, made once for all readers."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer

from people.requests import SignedIn
from qa.scores import scores_of
from variants.api.shapes import variant_json
from variants.keeping import SIGNATURE, kept_or_made
from variants.models import ImageVariant

# Presets may be given other names, and why a hero is to be re-checked names the current source.
BODY = (
    *SIGNATURE,
    "character__current_source_id",
    "scene__name",
    "environment__name",
    "aspect_ratio__name",
    "quality_mode__name",
)


def bodies_of(request: SignedIn, signatures: Sequence[Any]) -> list[str]:
    """A `VariantJson` with `qa_scores` of each of the named rows of `BODY`, in their order.

    Two queries more for those that this process has not written as they are now.
    """

    def make(pks: Sequence[int]) -> dict[int, str]:
        rows = list(ImageVariant.objects.for_cards().filter(pk__in=pks))
        scores = scores_of({row.qa_report_id for row in rows if row.qa_report_id})
        return {
            row.pk: _json(
                {**variant_json(request, row), "qa_scores": scores[row.qa_report_id or 0]}
            )
            for row in rows
        }

    return kept_or_made(signatures, BODY, f"json:{request.build_absolute_uri('/')}", make)


def list_answer(bodies: Sequence[str], **beside: Any) -> HttpResponse:
    """A JSON object with the bodies as its `results`, and what stands beside them."""
    members = [f'"results":[{",".join(bodies)}]']
    members += (f'"{name}":{_json(value)}' for name, value in beside.items())
    return HttpResponse(f"{{{','.join(members)}}}", content_type="application/json")


def _json(value: Any) -> str:
    text: bytes = JSONRenderer().render(value) if value is not None else b"null"
    return text.decode()
