"""REST: jobs."""

from typing import Any

from rest_framework.response import Response

from jobs import asking
from jobs.models import Job, JobStatus
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


urlpatterns = [
    *both("jobs", jobs, "api-jobs"),
    *both("jobs/<int:pk>", job, "api-job"),
    *both("jobs/<int:pk>/cancel", job_cancel, "api-job-cancel"),
    *both("jobs/<int:pk>/retry", job_retry, "api-job-retry"),
]
