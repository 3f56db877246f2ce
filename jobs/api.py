"""REST: jobs and queues."""

from typing import Any

from rest_framework.response import Response

from jobs import asking, queues
from jobs.models import Job, JobQueue, JobStatus
from people.access import require
from people.requests import SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.pages import page_of
from studio.lib.routes import both


def job_json(job: Job) -> dict[str, Any]:
    """What the API says of a job."""
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
        "url": job.url,
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


@api_view(["GET"])
def jobs(request: SignedIn) -> Response:
    rows = Job.objects.visible_to(request.user).select_related("kind", "asked_by")
    states = {state.label: state for state in JobStatus}
    if (status := request.GET.get("status")) in states:
        rows = rows.filter(status_id=states[status])
    found, following = page_of(request, rows)
    return Response({"results": [job_json(job) for job in found], "next": following})


@api_view(["GET"])
def job(request: SignedIn, pk: int) -> Response:
    return Response(job_json(job_for(request, pk)))


@api_view(["POST"])
def job_cancel(request: SignedIn, pk: int) -> Response:
    asking.cancel(request.user, job_for(request, pk))
    return Response(job_json(job_for(request, pk)))


@api_view(["POST"])
def job_retry(request: SignedIn, pk: int) -> Response:
    asking.retry(request.user, job_for(request, pk))
    return Response(job_json(job_for(request, pk)))


@api_view(["POST"])
def job_front(request: SignedIn, pk: int) -> Response:
    asking.to_front(request.user, job_for(request, pk))
    return Response(job_json(job_for(request, pk)))


def queue_json(queue: JobQueue) -> dict[str, Any]:
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


@api_view(["GET"])
def queue_list(request: SignedIn) -> Response:
    require(request.user, "queue.view")
    return Response({"results": [queue_json(queue) for queue in queues.counted()], "next": None})


@api_view(["GET"])
def queue(request: SignedIn, name: str) -> Response:
    require(request.user, "queue.view")
    return Response(queue_json(queues.queue_named(name)))


@api_view(["POST"])
def queue_pause(request: SignedIn, name: str) -> Response:
    queues.pause(request.user, queues.queue_named(name))
    return Response(queue_json(queues.queue_named(name)))


@api_view(["POST"])
def queue_resume(request: SignedIn, name: str) -> Response:
    queues.resume(request.user, queues.queue_named(name))
    return Response(queue_json(queues.queue_named(name)))


urlpatterns = [
    *both("jobs", jobs, "api-jobs"),
    *both("jobs/<int:pk>", job, "api-job"),
    *both("jobs/<int:pk>/cancel", job_cancel, "api-job-cancel"),
    *both("jobs/<int:pk>/retry", job_retry, "api-job-retry"),
    *both("jobs/<int:pk>/front", job_front, "api-job-front"),
    *both("queues", queue_list, "api-queues"),
    *both("queues/<slug:name>", queue, "api-queue"),
    *both("queues/<slug:name>/pause", queue_pause, "api-queue-pause"),
    *both("queues/<slug:name>/resume", queue_resume, "api-queue-resume"),
]
