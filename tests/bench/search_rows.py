"""Characters by the thousand, each with a current source whose face was read."""

import numpy as np

from characters.models import Character, SourceImage
from people.models import Project, User
from qa.inspection import active_model
from qa.models import SOURCE, FaceEmbedding, QAReport

AT_ONCE = 1000


def grow(creator: User, count: int) -> Project:
    """A project with so many characters; their vectors are chance, as long as real ones are."""
    project = Project.objects.create(name="Crowd", created_by=creator)
    model = active_model()
    chance = np.random.default_rng(3)
    file = {"file_path": "x", "file_size_bytes": 1, "width": 512, "height": 512, "format": "png"}
    for first in range(0, count, AT_ONCE):
        some = range(first, min(first + AT_ONCE, count))
        characters = Character.objects.bulk_create(
            Character(project=project, name=f"Person {number}") for number in some
        )
        reports = QAReport.objects.bulk_create(
            QAReport(project=project, subject=SOURCE) for _ in some
        )
        vectors = chance.normal(0, 0.12, (len(some), model.dimensions)).astype("<f4")
        faces = FaceEmbedding.objects.bulk_create(
            FaceEmbedding(
                report=report, model=model, vector=vector.tobytes(),
                box=[0, 0, 1, 1], landmarks=[], confidence=1,
            )
            for report, vector in zip(reports, vectors, strict=True)
        )  # fmt: skip
        sources = SourceImage.objects.bulk_create(
            SourceImage(
                character=character, version=1, sha256=f"{character.pk:064x}", embedding=face,
                qa_report=report, display_ext="png", **file,
            )
            for character, report, face in zip(characters, reports, faces, strict=True)
        )  # fmt: skip
        for character, source in zip(characters, sources, strict=True):
            character.current_source = source
        Character.objects.bulk_update(characters, ["current_source"])
    return project
