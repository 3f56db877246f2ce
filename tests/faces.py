"""Faces by hand: reports, vectors and likenesses for tests that are not about reading pictures."""

import numpy as np

from characters.models import SourceImage
from qa.inspection import active_model
from qa.models import FaceEmbedding, QAReport
from variants.models import ImageVariant


def vector(*leading, dimensions=128):
    """A vector that begins with these numbers; the rest is nought."""
    values = np.zeros(dimensions, np.float32)
    values[: len(leading)] = leading
    return values


def embedding(report: QAReport, values, model=None) -> FaceEmbedding:
    return FaceEmbedding.objects.create(
        report=report, model=model or active_model(), vector=np.asarray(values, "<f4").tobytes(),
        box=[10, 10, 110, 130], landmarks=[[0, 0]] * 5, confidence=0.99,
    )  # fmt: skip


def give_face(image, values, model=None, likeness=None):
    """A source image or a variant is given the vector of its face, and a likeness."""
    face = embedding(image.qa_report, values, model)
    more = {} if likeness is None else {"likeness": likeness}
    kind = SourceImage if isinstance(image, SourceImage) else ImageVariant
    kind.objects.filter(pk=image.pk).update(embedding=face, **more)
    image.refresh_from_db()
    return image
