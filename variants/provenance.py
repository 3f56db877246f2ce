"""What is said of an exported image: its label in the file and the sidecar beside it. Pure rows."""

from typing import Any

from django.utils import timezone

from characters.models import ContentRating
from people.models import User
from qa.policy import Verdict
from studio.lib.labels import Label
from variants.models import ImageVariant
from variants.vocabulary import Provenance

SCHEMA = "likeness-studio/provenance/1"
MAX_LINEAGE = 1000
# https://cv.iptc.org/newscodes/digitalsourcetype/
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOURCE_TYPES = {
    Provenance.GENERATED: f"{_IPTC}trainedAlgorithmicMedia",
    Provenance.MANUALLY_EDITED: f"{_IPTC}compositeWithTrainedAlgorithmicMedia",
    Provenance.MANUAL_UPLOAD: f"{_IPTC}compositeSynthetic",
}


def label_of(variant: ImageVariant, token: str) -> Label:
    """What the file itself says."""
    title = f"Likeness Studio variant {variant.pk} v{variant.version}"
    return Label(token=token, title=title, source_type=source_type(variant))


def source_type(variant: ImageVariant) -> str:
    """IPTC's digital source type; an edit of an upload is none of a trained model's picture."""
    first = variant.root or variant
    if first.provenance == Provenance.MANUAL_UPLOAD:
        return SOURCE_TYPES[Provenance.MANUAL_UPLOAD]
    return SOURCE_TYPES[Provenance(variant.provenance)]


def sidecar(
    variant: ImageVariant, actor: User, *, token: str, file_name: str, sha256: str, size: int
) -> dict[str, Any]:
    """The provenance record of one export, as JSON values."""
    return {
        "schema": SCHEMA,
        "export": {
            "token": token,
            "file_name": file_name,
            "sha256": sha256,
            "file_size_bytes": size,
            "exported_by": actor.username,
            "exported_at": timezone.now().isoformat(),
            "digital_source_type": source_type(variant),
        },
        "variant": _variant(variant),
        "lineage": [_step(row) for row in lineage(variant)],
        "source_image": _source(variant),
        "recipe": _recipe(variant),
        "qa": _qa(variant),
    }


def lineage(variant: ImageVariant) -> list[ImageVariant]:
    """The variant, its parent, and so on to the first."""
    members = {variant.pk: variant}
    family = ImageVariant.objects.filter(root=variant.root_id) if variant.root_id else []
    members |= {row.pk: row for row in family}
    if variant.root:
        members[variant.root.pk] = variant.root
    chain = [variant]
    while (parent := members.get(chain[-1].parent_variant_id or 0)) and len(chain) < MAX_LINEAGE:
        chain.append(parent)
    return chain


def _step(row: ImageVariant) -> dict[str, Any]:
    return {
        "variant": row.pk,
        "version": row.version,
        "provenance": row.provenance,
        "sha256": row.sha256,
        "created_at": row.created_at.isoformat(),
        "created_by": _name(row.created_by),
    }


def _variant(variant: ImageVariant) -> dict[str, Any]:
    return {
        "id": variant.pk,
        "character": {"id": variant.character_id, "name": variant.character.name},
        "project": {
            "id": variant.project_id,
            "name": variant.character.project.name,
        },
        "variant_type": variant.variant_type_id,
        "kind": variant.kind,
        "version": variant.version,
        "status": variant.state.label,
        "is_hero": variant.is_hero,
        "provenance": variant.provenance,
        "content_rating": ContentRating.of(variant.content_rating_id).label,
        "sha256": variant.sha256,
        "file_size_bytes": variant.file_size_bytes,
        "width": variant.width,
        "height": variant.height,
        "format": variant.format,
    }


def _source(variant: ImageVariant) -> dict[str, Any] | None:
    source = variant.source_image
    if source is None:
        return None
    return {
        "id": source.pk,
        "version": source.version,
        "origin": source.origin,
        "sha256": source.sha256,
    }


def _recipe(variant: ImageVariant) -> dict[str, Any]:
    return {
        "prompt": variant.prompt,
        "negative_prompt": variant.negative_prompt,
        "edit_prompt": variant.edit_prompt,
        "edit_type": variant.edit_type,
        "seed": None if variant.seed is None else str(variant.seed),
        "provider": variant.provider,
        "request": variant.request.params if variant.request else {},
        "resolved": variant.generation_params,
    }


def _qa(variant: ImageVariant) -> dict[str, Any] | None:
    report = variant.qa_report
    if report is None:
        return None
    return {
        "verdict": Verdict(report.verdict_id).label if report.verdict_id else None,
        "finished_at": report.finished_at.isoformat() if report.finished_at else None,
        "likeness": variant.likeness,
        "face_model": str(variant.embedding.model) if variant.embedding else None,
        "checks": [
            {
                "check": result.qa_check.name,
                "value": result.value,
                "threshold": result.threshold,
                "sentence": result.sentence,
            }
            for result in report.results.select_related("qa_check")
        ],
    }


def _name(person: User | None) -> str | None:
    return person.username if person else None
