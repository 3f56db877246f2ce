"""Duplicate likeness: other characters of the project whose source shows nearly the same face."""

from django.db.models import QuerySet

from characters import finding
from characters.models import LikenessMatch, SourceImage
from people.models import Project
from qa.models import FaceEmbedding
from qa.similarity import Band, band

TOLD = 5  # characters that one source image is told to look like, at most


def look(source: SourceImage, face: FaceEmbedding | None) -> list[LikenessMatch]:
    """Other characters of the project whose source is a match for this face, nearest first.

    Unsaved. Holds the project for the caller's transaction, so that of two uploads of one face that
    are read at once the second sees the first. (SQLite holds the whole database anyway.)
    """
    if face is None:
        return []
    project_id = source.character.project_id
    Project.objects.select_for_update(no_key=True).filter(pk=project_id).first()
    found = finding.nearest(
        face.model, face.values, TOLD, projects={project_id}, besides=source.character_id
    )
    return [
        LikenessMatch(source=source, other=one.source, model=face.model, likeness=one.likeness)
        for one in found
        if band(one.likeness, face.model.thresholds) is Band.MATCH
    ]


def record_alike(source: SourceImage, found: list[LikenessMatch]) -> None:
    """Remember them in place of those of an earlier reading (in the caller's transaction)."""
    source.resembles.all().delete()
    LikenessMatch.objects.bulk_create(found)


def resembling() -> QuerySet[LikenessMatch]:
    """Whom sources look like, as far as that is still so: the others are found by that image."""
    rows = LikenessMatch.objects.filter(other__in=SourceImage.objects.findable())
    return rows.select_related("other__character", "model")
