"""REST: what came of a job, polled by its id or by the prompt id that ComfyUI knows it by."""

from typing import Literal, NotRequired, TypedDict
from uuid import UUID

from rest_framework.response import Response

from jobs.api import job_for
from jobs.models import Job, JobStatus
from people.requests import SignedIn, api_view
from studio.lib.errors import NotFound
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants.api.shapes import VariantJson, variant_json
from variants.models import ImageVariant


class ResultsJson(TypedDict):
    """How a job stands, and its images; a failed one says its code and why."""

    job_id: int
    prompt_id: str | None
    status: Literal["in_progress", "completed", "failed"]
    progress: float
    images: list[VariantJson]
    code: NotRequired[str]
    error: NotRequired[str]


@operation("GET", ResultsJson)
@api_view(["GET"])
def job_results(request: SignedIn, pk: int) -> Response:
    """What came of a job."""
    return Response(_results(request, job_for(request, pk)))


@operation("GET", ResultsJson)
@api_view(["GET"])
def prompt_results(request: SignedIn, prompt_id: UUID) -> Response:
    """What came of the job that a ComfyUI prompt was, or is, for."""
    variants = ImageVariant.objects.visible_to(request.user).exclude(job=None)
    # A prompt that was lost with its server is replaced by another, which names it.
    named = variants.filter(submission__prompt_id=prompt_id).first()
    earlier = named or variants.filter(submission__replaces__prompt_id=prompt_id).first()
    if earlier is None:  # not sent so far, and told to whoever asked for it
        waiting = variants.filter(submission=None, job__args__prompt_id=str(prompt_id))
        earlier = waiting.first()
    if earlier is None or earlier.job_id is None:
        raise NotFound("There is no such prompt, or it is not yours to see.")
    return Response(_results(request, job_for(request, earlier.job_id)))


def _results(request: SignedIn, job: Job) -> ResultsJson:
    rows = ImageVariant.objects.visible_to(request.user).present().for_cards()
    variant = rows.filter(job=job).first()
    submission = variant.submission if variant else None
    images = [variant_json(request, variant)] if variant and variant.has_file else []
    body: ResultsJson = {
        "job_id": job.pk,
        "prompt_id": str(submission.prompt_id) if submission else job.args.get("prompt_id"),
        "status": "in_progress",
        "progress": job.progress,
        "images": images,
    }
    if job.state is JobStatus.SUCCEEDED:
        body["status"] = "completed"
    elif not job.is_open:
        body |= {"status": "failed", "code": job.error_code, "error": job.error}
    return body


urlpatterns = [
    *both("jobs/<int:pk>/results", job_results, "api-job-results"),
    *both("jobs/by-prompt/<uuid:prompt_id>/results", prompt_results, "api-prompt-results"),
]
