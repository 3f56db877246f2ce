"""Turns: the fair order in which waiting jobs start. Knows positions and people, no leases.

Round robin by start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996): every waiting job
holds a turn, and a queue serves its turns in order. Somebody's new jobs take the turns after their
own last one, so 32 jobs of one person stand in 32 turns and everybody else's fall between them.
"""

from django.db.models import Min, Q, QuerySet

from jobs.models import Job, JobStatus
from people.models import User

# Who has nothing in the queue may start a little ahead of those who have queued long: a request
# of three then does not wait behind what was handed out moments before it came.
HEAD_START = 3


def next_turns(queue: str, person: User | None, count: int) -> range:
    """The turns of `count` new jobs of a person: after their own last one, and not far behind the
    turn that was served last."""
    jobs = Job.objects.filter(queue=queue)
    started, waiting = Q(started_at__isnull=False), Q(status_id=JobStatus.QUEUED)
    mine = jobs.filter(asked_by=person)
    taken = (_last(mine.filter(started)), _last(mine.filter(waiting)))
    newcomer = (_last(jobs.filter(started)) or 0) - HEAD_START
    first = max([newcomer, *(turn for turn in taken if turn is not None)]) + 1
    return range(first, first + count)


def front_turn(queue: str) -> int:
    """A turn before every waiting job of the queue."""
    waiting = Job.objects.filter(queue=queue, status_id=JobStatus.QUEUED)
    first: int | None = waiting.aggregate(first=Min("position"))["first"]
    return (first or 0) - 1


def _last(jobs: QuerySet[Job]) -> int | None:
    return jobs.order_by("-position").values_list("position", flat=True).first()
