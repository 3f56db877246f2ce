"""Moving the studio to another face model: it reads every stored face, then all change over.

For each project a job reads (`face.reembed`); until the last of them is done the former model
counts, so that no page loses its likeness meanwhile. Then a job for each project reads what came
late, and measures anew (`face.remeasure`).
"""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from characters.models import Character
from jobs.asking import Ask, ask
from jobs.claiming import Lease
from jobs.models import Job, JobStatus
from people.models import Project, User
from qa.activating import hold, switch
from qa.errors import MoveGoesOn
from qa.models import EmbeddingModel
from qa.weights import WEIGHTS, locate
from variants.rereading import Images, behind, measure_anew, read_left, unread

READING, MEASURING = "face.reembed", "face.remeasure"

MOVE = "move_job"

Left = Callable[[int, EmbeddingModel], tuple[Images, ...]]


def move(actor: User | None, model: EmbeddingModel) -> list[Job]:
    """Ask for every face that the model has not read; where there is none it is active at once.

    Asked again while it goes on, or after a job of it failed, it asks for what is missing. Raises
    FaceModelMissing without its weights, MoveGoesOn while the studio moves to another model.
    """
    locate(WEIGHTS[model.name], settings.MODELS_DIR)
    with transaction.atomic():
        hold()  # one at a time decides what follows
        other = going().exclude(args__model_id=model.pk).select_related("project").first()
        if other:
            raise MoveGoesOn(f"“{other.title}” goes on in {other.project}: wait, or cancel it.")
        jobs = _ask_for(READING, actor, model, unread)
        reading = going().filter(kind__name=READING).exists()
        return jobs if reading else _change_over(actor, model)


def going() -> QuerySet[Job]:
    """The open jobs of a move."""
    return Job.objects.open().filter(kind__name__in=(READING, MEASURING))


def reread(lease: Lease) -> None:
    """The job that reads a project's faces; the last one of a move changes over."""
    model = EmbeddingModel.objects.get(pk=lease.job.args["model_id"])
    unreadable = read_left(lease, model)
    with lease.finish(note=_told(unreadable)):
        hold()
        if _is_last(lease.job, model):
            _change_over(lease.job.asked_by, model)


def remeasure(lease: Lease) -> None:
    """The job that lets a project's new faces count, once the model is the active one."""
    model = EmbeddingModel.objects.get(pk=lease.job.args["model_id"])
    unreadable = read_left(lease, model)
    measure_anew(lease, model)
    with lease.finish(note=_told(unreadable)):
        pass


def with_move(characters: QuerySet[Character]) -> QuerySet[Character]:
    """Characters with the job of a move that is open in their project, in the same query."""
    jobs = going().filter(queue="gpu", project_id=OuterRef("project_id")).order_by("-pk")
    return characters.annotate(**{MOVE: Subquery(jobs.values("pk")[:1])})


def move_note(character: Character) -> str:
    """What a page of a character from `with_move` says while a move goes on; else empty."""
    job_id = getattr(character, MOVE)
    job = Job.objects.select_related("kind").filter(pk=job_id).first() if job_id else None
    if job is None:
        return ""
    if job.kind.name == READING:
        return (
            f"The studio moves to another face model: faces are read again, {job.percent} % done. "
            "Likeness is the former model's until then."
        )
    return (
        "The studio has moved to another face model: likeness is measured anew, "
        f"{job.percent} % done. Images that wait for it show the former model's."
    )


def _is_last(job: Job, model: EmbeddingModel) -> bool:
    """Whether every project's last job of this move has ended well (this one just has)."""
    jobs = Job.objects.filter(kind__name=READING, args__model_id=model.pk).order_by("pk")
    last = {row.project_id: row.state for row in jobs.only("project_id", "status_id")}
    return all(state is JobStatus.SUCCEEDED for state in last.values())


def _change_over(actor: User | None, model: EmbeddingModel) -> list[Job]:
    switch(actor, model.pk)
    return _ask_for(MEASURING, actor, model, behind)


def _ask_for(kind: str, actor: User | None, model: EmbeddingModel, left: Left) -> list[Job]:
    """A job for each project where something is left and none is on it."""
    word = "Faces read by" if kind == READING else "Likeness by"
    wish = Ask(kind=kind, title=f"{word} {model.name}", args={"model_id": model.pk})
    there = set(going().filter(kind__name=kind).values_list("project_id", flat=True))
    projects = [pk for pk in Project.objects.values_list("pk", flat=True) if pk not in there]
    asked = [pk for pk in projects if any(rows.exists() for rows in left(pk, model))]
    return [job for pk in asked for job in ask(pk, actor, [wish])]


def _told(unreadable: int) -> str:
    if not unreadable:
        return ""
    return f"{unreadable:,} images could not be read and keep their former face; see the log."
