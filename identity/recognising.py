"""Answering "who is this", in the worker that reads faces and holds their vectors."""

from django.db.models.functions import Now

from characters import finding
from identity.models import LikenessSearch
from jobs.claiming import Lease
from people.models import Project, User
from qa import inspection
from qa.choosing import face_at
from qa.faces import read_faces
from qa.models import EmbeddingModel
from qa.similarity import Vector
from studio.lib.errors import NotFound
from studio.lib.files import read

SHOWN = 10


class PictureGone(NotFound):
    """The picture was let go before it was looked at."""

    code = "picture_gone"


def recognise(lease: Lease) -> None:
    """Read the face, look among all characters that the person may see, keep the best ten."""
    rows = LikenessSearch.objects.select_related(
        "asked_by", "source__embedding", "variant__embedding"
    )  # fmt: skip
    search = rows.filter(pk=lease.job.args["search_id"]).first()
    if search is None:
        raise PictureGone("This search is over a day old and was let go: ask again.")
    model = inspection.active_model()
    faces, vector = _face(search, model)
    hits = [] if vector is None else _hits(search, model, vector)
    with lease.finish():
        LikenessSearch.objects.filter(pk=search.pk).update(
            picture=None, model=model, faces=faces, hits=hits, finished_at=Now()
        )


def _face(search: LikenessSearch, model: EmbeddingModel) -> tuple[int, Vector | None]:
    """How many faces there are, and the vector of the one that counts."""
    image = search.source or search.variant
    if image is None:
        if search.picture is None:
            raise PictureGone("The picture was let go before it was looked at: ask again.")
        reading = read_faces(bytes(search.picture), model.name)
        return len(reading.faces), reading.vector
    if image.embedding is not None and image.embedding.model_id == model.pk:
        return 1, image.embedding.values
    at = face_at(image.qa_report_id) if image.qa_report_id else None
    reading = read_faces(read(image.rendition_path("display")), model.name, at)
    return len(reading.faces), reading.vector


def _hits(search: LikenessSearch, model: EmbeddingModel, vector: Vector) -> list[tuple[int, float]]:
    found = finding.nearest(model, vector, SHOWN, projects=_projects(search.asked_by))
    return [(one.source.pk, one.likeness) for one in found]


def _projects(user: User) -> set[int] | None:
    """Where to look: None is everywhere."""
    if user.is_admin:
        return None
    return set(Project.objects.visible_to(user).values_list("pk", flat=True))
