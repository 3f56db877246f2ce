"""Which face of an image counts, where several were found: a person says so; it is kept."""

from django.db import transaction

from qa.errors import NoSuchFace
from qa.models import QAReport
from qa.readings import Point


def face_at(report_id: int) -> Point | None:
    """The point in the face that a person chose, for `read_faces`; None: the largest counts."""
    at = QAReport.objects.values_list("face_at", flat=True).get(pk=report_id)
    return None if at is None else (at[0], at[1])


def choose_face(report_id: int, number: int) -> Point:
    """Say which of the faces found counts, by its place in `faces`; it has to be read again.

    Returns the point that stands for it. Until the reading the report has no verdict and the image
    no vector. Raises NoSuchFace.
    """
    with transaction.atomic():
        report = QAReport.objects.select_for_update().get(pk=report_id)
        if not 0 <= number < len(report.faces):
            count = len(report.faces)
            raise NoSuchFace(
                f"There are {count} faces to choose from; name one from 0 to {count - 1}."
                if count
                else "No face was found in this image, so there is none to choose.",
                field="number",
            )
        x0, y0, x1, y1 = report.faces[number]["box"]
        at = (x0 + x1) / 2, (y0 + y1) / 2
        report.face_at = list(at)
        report.faces_read_at = report.finished_at = report.verdict_id = None
        report.save()
        report.embeddings.all().delete()
    return at
