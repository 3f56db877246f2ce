"""REST: jobs and queues."""

from datetime import datetime
from typing import TypedDict

from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from jobs import asking, mine, queues
from jobs.handling import kinds
from jobs.models import QUEUES, Job, JobQueue, JobStatus
from people.access import require
from people.requests import SignedIn, api_view
from studio.lib.addresses import choice
from studio.lib.errors import NotFound
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both

STATES = {state.label: state for state in JobStatus}
FILTERS = (
    OpenApiParameter("status", str, enum=list(STATES), description="The state of a job."),
    OpenApiParameter("queue", str, enum=list(QUEUES), description="The queue that it is in."),
    OpenApiParameter("kind", str, description="What is done, such as `variant.generate`."),
    OpenApiParameter("mine", str, enum=["yes", "no"], description="Only what I asked for."),
)


class JobJson(TypedDict):
    """A unit of background work; `url` is the page of its result, for who may open it."""

    id: int
    kind: str
    queue: str
    title: str
    status: str
    progress: float
    note: str
    attempts: int
    error_code: str
    error: str
    url: str
    asked_by: str | None
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class CancelledJson(TypedDict):
    """How many were stopped."""

    cancelled: int


class RetriedJson(TypedDict):
    """How many were queued again."""

    retried: int


class QueueJson(TypedDict):
    """A queue of jobs: its counts over all projects, and how it is steered."""

    name: str
    description: str
    paused: bool
    waiting: int
    running: int
    oldest_waiting_at: datetime | None
    user_running_max: int | None
    user_waiting_max: int | None


def job_json(request: SignedIn, job: Job) -> JobJson:
    """What the API says of a job to the person who asks."""
    return {
        "id": job.pk,
        "kind": job.kind.name,
        "queue": job.queue,
        "title": job.title,
        "status": job.state.label,
        "progress": job.progress,
        "note": job.note,
        "attempts": job.attempts,
        "error_code": job.error_code,
        "error": job.error,
        "url": job.url_for(request.user),
        "asked_by": job.asked_by.username if job.asked_by else None,
        "cancel_requested": job.cancel_requested_at is not None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def job_for(request: SignedIn, pk: int) -> Job:
    """The job, if the person may see it; NotFound otherwise."""
    rows = Job.objects.visible_to(request.user).select_related("kind", "asked_by")
    job = rows.filter(pk=pk).first()
    if job is None:
        raise NotFound("There is no such job, or it is not yours to see.")
    return job


@operation("GET", Page[JobJson], query=[*FILTERS, *PAGED])
@api_view(["GET"])
def jobs(request: SignedIn) -> Response:
    """The jobs of my projects, newest first."""
    rows = Job.objects.visible_to(request.user).select_related("kind", "asked_by")
    state = choice(request, "status", STATES)
    if state is not None:
        rows = rows.filter(status_id=state)
    if queue := choice(request, "queue", {name: name for name in QUEUES}):
        rows = rows.filter(queue=queue)
    if kind := choice(request, "kind", {kind: kind for kind in sorted(kinds())}):
        rows = rows.filter(kind__name=kind)
    if choice(request, "mine", {"yes": True, "no": False}):
        rows = rows.filter(asked_by=request.user)
    found, following = page_of(request, rows)
    return Response({"results": [job_json(request, job) for job in found], "next": following})


@operation("GET", JobJson)
@api_view(["GET"])
def job(request: SignedIn, pk: int) -> Response:
    """One job."""
    return Response(job_json(request, job_for(request, pk)))


@operation("POST", JobJson)
@api_view(["POST"])
def job_cancel(request: SignedIn, pk: int) -> Response:
    """Stop it: a waiting one at once, a running one as soon as it can."""
    asking.cancel(request.user, job_for(request, pk))
    return Response(job_json(request, job_for(request, pk)))


@operation("POST", JobJson)
@api_view(["POST"])
def job_retry(request: SignedIn, pk: int) -> Response:
    """Queue a failed or cancelled job again."""
    asking.retry(request.user, job_for(request, pk))
    return Response(job_json(request, job_for(request, pk)))


@operation("POST", JobJson)
@api_view(["POST"])
def job_front(request: SignedIn, pk: int) -> Response:
    """Let a waiting job start next."""
    asking.to_front(request.user, job_for(request, pk))
    return Response(job_json(request, job_for(request, pk)))


@operation("POST", CancelledJson)
@api_view(["POST"])
def cancel_mine(request: SignedIn) -> Response:
    """Stop all that I asked for and that has not ended."""
    return Response({"cancelled": mine.cancel_mine(request.user)})


@operation("POST", RetriedJson)
@api_view(["POST"])
def retry_mine(request: SignedIn) -> Response:
    """Queue again all that I asked for and that failed or was cancelled within a day."""
    return Response({"retried": mine.retry_mine(request.user)})


def queue_json(queue: JobQueue) -> QueueJson:
    """What the API says of a queue, over all projects: counts, and no job's name."""
    return {
        "name": queue.name,
        "description": queue.description,
        "paused": queue.paused,
        "waiting": queue.waiting,
        "running": queue.running,
        "oldest_waiting_at": queue.oldest_waiting_at,
        "user_running_max": queue.user_running_max,
        "user_waiting_max": queue.user_waiting_max,
    }


@operation("GET", Page[QueueJson])
@api_view(["GET"])
def queue_list(request: SignedIn) -> Response:
    """Every queue."""
    require(request.user, "queue.view")
    return Response({"results": [queue_json(queue) for queue in queues.counted()], "next": None})


@operation("GET", QueueJson)
@api_view(["GET"])
def queue(request: SignedIn, name: str) -> Response:
    """One queue."""
    require(request.user, "queue.view")
    return Response(queue_json(queues.queue_named(name)))


@operation("POST", QueueJson)
@api_view(["POST"])
def queue_pause(request: SignedIn, name: str) -> Response:
    """Start nothing more of it; what runs goes on."""
    queues.pause(request.user, queues.queue_named(name))
    return Response(queue_json(queues.queue_named(name)))


@operation("POST", QueueJson)
@api_view(["POST"])
def queue_resume(request: SignedIn, name: str) -> Response:
    """Start its work again."""
    queues.resume(request.user, queues.queue_named(name))
    return Response(queue_json(queues.queue_named(name)))


urlpatterns = [
    *both("jobs", jobs, "api-jobs"),
    *both("jobs/cancel-mine", cancel_mine, "api-jobs-cancel-mine"),
    *both("jobs/retry-mine", retry_mine, "api-jobs-retry-mine"),
    *both("jobs/<int:pk>", job, "api-job"),
    *both("jobs/<int:pk>/cancel", job_cancel, "api-job-cancel"),
    *both("jobs/<int:pk>/retry", job_retry, "api-job-retry"),
    *both("jobs/<int:pk>/front", job_front, "api-job-front"),
    *both("queues", queue_list, "api-queues"),
    *both("queues/<slug:name>", queue, "api-queue"),
    *both("queues/<slug:name>/pause", queue_pause, "api-queue-pause"),
    *both("queues/<slug:name>/resume", queue_resume, "api-queue-resume"),
]
