"""Jobs as pages show them: with the image they are about, and their place in the queue.

Knows no image: whoever makes them says by a finder in FINDERS which one belongs to a job.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q

from jobs.models import Job, JobStatus
from people.views import Request

MOST_AHEAD = 1000


@dataclass(frozen=True)
class Subject:
    """What a job is about: an image that the person may look at, and the server it was sent to."""

    picture: Any = None
    server: str = ""


Finder = Callable[[Request, Sequence[Job]], Mapping[int, Subject]]
FINDERS: list[Finder] = []
NOTHING = Subject()


@dataclass(frozen=True)
class Shown:
    """A job on a page; `ahead` is how many start before it, None for one that does not wait."""

    job: Job
    ahead: int | None
    subject: Subject

    @property
    def is_far(self) -> bool:
        """Whether more are ahead of it than are counted."""
        return self.ahead == MOST_AHEAD


def shown(request: Request, jobs: Sequence[Job]) -> list[Shown]:
    """The jobs with what belongs to them, in the same order; few queries, however many they are."""
    subjects: dict[int, Subject] = {}
    for find in FINDERS:
        subjects.update(find(request, jobs))
    ahead = _ahead(jobs)
    return [Shown(job, ahead.get(job.pk), subjects.get(job.pk, NOTHING)) for job in jobs]


class _Counted(models.Subquery):
    """How many rows a query has, up to its limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


def _ahead(jobs: Sequence[Job]) -> dict[int, int]:
    """How many start before each of those that wait, by id; at most MOST_AHEAD."""
    waiting = [job.pk for job in jobs if job.is_waiting]
    if not waiting:
        return {}
    same = {"priority": OuterRef("priority"), "position": OuterRef("position")}
    before = Job.objects.filter(queue=OuterRef("queue"), status_id=JobStatus.QUEUED).filter(
        Q(priority__gt=same["priority"])
        | Q(priority=same["priority"], position__lt=same["position"])
        | Q(**same, pk__lt=OuterRef("pk"))
    )
    counted = _Counted(before.order_by().values("pk")[:MOST_AHEAD])
    rows = Job.objects.filter(pk__in=waiting).annotate(ahead=counted)
    return dict(rows.values_list("pk", "ahead"))
