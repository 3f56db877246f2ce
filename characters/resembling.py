"""Duplicate likeness: other characters of the project whose source shows nearly the same face."""

from django.db.models import F, QuerySet

from characters import finding
from characters.finding import Found
from characters.models import LikenessMatch, SourceImage
from people.models import Project
from qa.models import EmbeddingModel
from qa.similarity import Band, Vector, band

TOLD = 5  # characters that one source image is told to look like, at most


def one_at_a_time(source: SourceImage) -> None:
    """Hold the project for the caller's transaction: of two uploads of one face that are read at
    once, the second sees the first. (SQLite holds the whole database anyway.)"""
    projects = Project.objects.select_for_update(no_key=True)
    projects.filter(pk=source.character.project_id).first()


def look(source: SourceImage, model: EmbeddingModel, vector: Vector) -> list[Found]:
    """Other characters of the project whose source is a match for this face, nearest first."""
    project = {source.character.project_id}
    found = finding.nearest(model, vector, TOLD, projects=project, besides=source.character_id)
    return [one for one in found if band(one.likeness, model.thresholds) is Band.MATCH]


def record_alike(source: SourceImage, model: EmbeddingModel, found: list[Found]) -> None:
    """Remember them in place of those of an earlier reading (in the caller's transaction)."""
    source.resembles.all().delete()
    there = SourceImage.objects.filter(pk__in=[one.source.pk for one in found])
    still = set(there.values_list("pk", flat=True))
    LikenessMatch.objects.bulk_create(
        LikenessMatch(source=source, other=one.source, model=model, likeness=one.likeness)
        for one in found
        if one.source.pk in still
    )


def resembling(source: SourceImage) -> QuerySet[LikenessMatch]:
    """Whom the source looks like, as far as that is still so: their source is the current one."""
    return source.resembles.filter(
        other__character__current_source=F("other"), other__character__archived_at__isnull=True
    ).select_related("other__character", "model")
