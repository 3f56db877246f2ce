"""Reading stored faces by another face model, and measuring likeness by what it read.

Each step takes what the rows say is left, some at a time, and leaves rows that say it is done.
"""

import logging
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import cast

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from PIL import Image as Picture

from characters import publishing as source_publishing
from characters.models import SourceImage
from jobs.claiming import Lease
from qa import inspection
from qa.errors import FaceModelMissing, QAError, UnknownFaceModel
from qa.faces import read_faces, read_many_faces
from qa.models import EmbeddingModel, FaceEmbedding
from qa.readings import Look
from studio.lib.files import FileMissing, read
from variants import publishing
from variants.models import ImageVariant

log = logging.getLogger(__name__)

READ_AT_ONCE, MEASURED_AT_ONCE = 16, 50

Image = SourceImage | ImageVariant
Images = QuerySet[SourceImage] | QuerySet[ImageVariant]


def behind(project_id: int, model: EmbeddingModel) -> tuple[Images, Images]:
    """Images of a project with a face, by another model."""
    sources = SourceImage.objects.filter(character__project_id=project_id)
    variants = ImageVariant.objects.filter(character__project_id=project_id)
    return (
        sources.filter(embedding__isnull=False).exclude(embedding__model=model),
        variants.filter(embedding__isnull=False).exclude(embedding__model=model),
    )


def unread(project_id: int, model: EmbeddingModel) -> tuple[Images, ...]:
    """Sources and variants whose face the model has not read; those without a face are done."""
    return tuple(rows.exclude(_read_by(model)) for rows in behind(project_id, model))


def read_left(lease: Lease, model: EmbeddingModel) -> int:
    """Let the model read what it has not in the job's project; returns how many it could not.

    Those keep the face and the likeness that they have; the log names them. Raises
    FaceModelMissing, UnknownFaceModel, and FaceChildDied where the reader ends over any image.
    """
    while total := sum(rows.count() for rows in unread(lease.job.project_id, model)):
        looked, added = 0, 0
        for rows in unread(lease.job.project_id, model):
            for some in _pieces(rows, READ_AT_ONCE):
                lease.check_cancel()
                added += _read(lease, model, some)
                looked += len(some)
                lease.progress(min(looked / total, 1.0), f"{looked:,} of {total:,} faces read")
        if not added:
            read_faces(_blank(), model.name)  # it is the images' fault only where this goes well
            return total
    return 0


def measure_anew(lease: Lease, model: EmbeddingModel) -> None:
    """Let the faces that the model read count in the job's project: sources first, then likeness
    and verdict of each variant. Nothing more once the studio has yet another model."""
    waiting = [rows.filter(_read_by(model)) for rows in behind(lease.job.project_id, model)]
    total, done = sum(rows.count() for rows in waiting), 0
    active = EmbeddingModel.objects.filter(pk=model.pk, is_active=True)
    for rows in waiting:
        for some in _pieces(rows, MEASURED_AT_ONCE):
            lease.check_cancel()
            with transaction.atomic():
                lease.hold()
                if active.select_for_update().first() is None:
                    return
                for image in some:
                    _change_over(image, model)
            done += len(some)
            lease.progress(min(done / total, 1.0), f"{done:,} of {total:,} measured")


def _read_by(model: EmbeddingModel) -> Exists:
    return Exists(FaceEmbedding.objects.filter(report=OuterRef("embedding__report"), model=model))


def _pieces(rows: Images, count: int) -> Iterator[list[Image]]:
    """All rows in the order of their ids, some at a time; what changes behind the place is left."""
    last = 0
    whole = rows.select_related("embedding__report", "character__project").order_by("pk")
    while some := list(whole.filter(pk__gt=last)[:count]):
        yield cast("list[Image]", some)
        last = some[-1].pk


def _read(lease: Lease, model: EmbeddingModel, some: Sequence[Image]) -> int:
    """Read some images; returns how many faces were added."""
    looks = []
    for image in some:
        try:
            looks.append((image, Look(read(image.rendition_path("display")), _centre(image))))
        except FileMissing as error:
            log.warning("%s %s keeps its former face: %s", image.KIND, image.pk, error.sentence)
    outcomes = read_many_faces([look for _, look in looks], model.name)
    added = 0
    with transaction.atomic():
        lease.hold()
        for (image, _), outcome in zip(looks, outcomes, strict=True):
            if isinstance(outcome, FaceModelMissing | UnknownFaceModel):
                raise outcome
            if isinstance(outcome, QAError):
                said = "%s %s keeps its former face: %s"
                log.warning(said, image.KIND, image.pk, outcome.sentence)
            elif inspection.add_face(_face(image).report_id, outcome):
                added += 1
    return added


def _blank() -> bytes:
    """A small picture without a face."""
    encoded = BytesIO()
    Picture.new("RGB", (64, 64)).save(encoded, "PNG")
    return encoded.getvalue()


def _change_over(image: Image, model: EmbeddingModel) -> None:
    """One image's new face counts now, unless it was checked anew meanwhile."""
    former = _face(image)
    face = inspection.face_by(model.pk, former)
    if face is None:
        return
    if isinstance(image, SourceImage):
        mine = SourceImage.objects.filter(pk=image.pk, embedding=former)
        if mine.update(embedding=face):
            source_publishing.source_changed(
                image.character, "embedding.finished", version=image.version
            )
        return
    source = image.source_image
    reference = former.report.compared_with or (source.embedding if source else None)
    compared = inspection.face_by(model.pk, reference) or reference
    likeness = inspection.measure_likeness(former.report_id, face, compared)
    if ImageVariant.objects.filter(pk=image.pk, embedding=former).update(
        embedding=face, likeness=likeness
    ):
        publishing.variant_changed(image, "embedding.finished")


def _face(image: Image) -> FaceEmbedding:
    return cast("FaceEmbedding", image.embedding)  # every query above asks for it


def _centre(image: Image) -> tuple[float, float]:
    """Where the face is that counted before, so that of several the same one is read."""
    x0, y0, x1, y1 = _face(image).box
    return (x0 + x1) / 2, (y0 + y1) / 2
