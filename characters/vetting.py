"""Checking a source image: its pixels (cpu queue) and its faces (gpu queue)."""

from collections.abc import Callable

from django.db.models import QuerySet

from characters import finding, resembling
from characters.models import Character, SourceImage
from jobs.claiming import Lease
from qa import inspection, measuring
from qa.choosing import face_at
from qa.faces import read_faces
from qa.models import QAReport
from studio.lib.errors import NotFound
from studio.lib.fault_points import fault_point
from studio.lib.files import read

Embedded = Callable[[SourceImage], None]

# Called in the transaction that gives a source image its vector, or takes it away. An app above
# registers here what it compares with it.
ON_EMBEDDED: list[Embedded] = []


def check_pixels(lease: Lease) -> None:
    """Measure the display file and record the checks."""
    source = _source(lease)
    inspected = measuring.measure(read(source.rendition_path("display")))
    fault_point("vetting.measured")
    with lease.finish():
        inspection.record_measures(lease.job.args["report_id"], inspected, _others(source))


def check_faces(lease: Lease) -> None:
    """Find the faces, embed the one that counts, and record both."""
    source, report_id = _source(lease), lease.job.args["report_id"]
    image, model = read(source.rendition_path("display")), inspection.active_model()
    reading = read_faces(image, model.name, face_at(report_id))
    finding.refresh(model)  # here, so that the transaction below is short
    eyes = measuring.measure_eyes(image, reading)
    fault_point("vetting.read")
    with lease.finish(note=reading.note):
        inspection.require_active(reading)
        embedding, _ = inspection.record_faces(report_id, reading, None, eyes)
        alike = resembling.look(source, embedding)
        rows = SourceImage.objects.filter(pk=source.pk, qa_report_id=report_id)
        if rows.update(embedding=embedding):
            resembling.record_alike(source, alike)
            for tell in ON_EMBEDDED:
                tell(source)


def _others(source: SourceImage) -> QuerySet[QAReport]:
    """The reports of the sources of the project's other characters: each has a face of its own."""
    others = Character.objects.filter(project_id=source.character.project_id)
    others = others.exclude(pk=source.character_id)
    return QAReport.objects.filter(pk__in=others.values("current_source__qa_report"))


def _source(lease: Lease) -> SourceImage:
    rows = SourceImage.objects.select_related("character")
    source = rows.filter(pk=lease.job.args["source_id"]).first()
    if source is None:
        raise NotFound("The source image was deleted for good meanwhile.")
    return source
