"""Collecting an output: the same validator as for uploads, files first, then the row."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from characters.receiving import file_columns, files_of
from comfy_bridge.submissions import record_end
from qa.inspection import open_report
from studio.lib.fault_points import fault_point
from studio.lib.files import put_all, read
from studio.lib.masks import lay_over
from studio.lib.pictures import Limits, Picture, vet
from variants.feeding import edited
from variants.gating import pass_variant
from variants.generating import Made
from variants.models import ImageVariant
from variants.moving import set_status
from variants.vocabulary import EditType, VariantStatus


def store(variant: ImageVariant, made: Made) -> Picture:
    """Check and store the first output file; raises ImageRefused for what is no fit image.

    A server's file name is never used: the content decides the format. An inpainted one is laid
    over the image that it edits, so that outside the mask not a bit of that changes, whatever the
    workflow did there.
    """
    limits = Limits(max_bytes=settings.MAX_OUTPUT_BYTES, max_pixels=settings.MAX_IMAGE_PIXELS)
    data = made.outcome.files[0].data
    if variant.edit_type == EditType.INPAINT:
        image, mask = edited(variant)
        data = lay_over(read(image.file_path or ""), data, read(mask.file_path), limits)
        limits = replace(limits, max_bytes=max(len(data), limits.max_bytes))
    picture = vet(data, "", limits)
    fault_point("collecting.vetted")
    put_all(files_of(ImageVariant.KIND, variant.character_id, picture))
    fault_point("collecting.stored")
    return picture


def record_output(variant: ImageVariant, made: Made, picture: Picture) -> None:
    """Write the row that names the stored files (inside the transaction that ends the job)."""
    variant.character.refresh_from_db()  # minutes may have passed since the job began
    pass_variant(variant)
    report = open_report(variant.project_id, "variant")
    columns: dict[str, Any] = file_columns(ImageVariant.KIND, variant.character_id, picture)
    set_status(
        variant,
        VariantStatus.GENERATED,
        generation_params=made.params,
        model=made.model,
        metrics={"execution_ms": made.outcome.execution_ms, "queued_ms": made.outcome.queued_ms},
        qa_report=report,
        error_code="",
        error="",
        **columns,
    )
    variant.qa_report = report
    if variant.submission and variant.submission.is_open:
        record_end(variant.submission)
