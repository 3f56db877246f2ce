"""Pages of jobs: the tray on every page, and the list."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from jobs import asking, mine
from jobs.models import Job, JobQueue, JobStatus
from people.access import can
from people.models import User
from people.views import Request
from studio.lib.htmx import wants_fragment

TRAY_ROWS = 6
LIST_ROWS = 100


@dataclass(frozen=True)
class Tray:
    """What runs and waits, of mine and of the team, what failed last, and which queues pause."""

    jobs: list[Job]
    running: int
    waiting: int
    failed: int
    may_steer: bool
    paused: list[JobQueue]


def tray_of(user: User) -> Tray:
    """The tray of a person: running first, then waiting, then the newest failed ones."""
    visible = Job.objects.visible_to(user).for_people()
    recent = visible.filter(
        status_id__in=(JobStatus.RUNNING, JobStatus.QUEUED, JobStatus.FAILED)
    ).order_by(
        Case(
            When(status_id=JobStatus.RUNNING, then=0),
            When(status_id=JobStatus.QUEUED, then=1),
            default=2,
            output_field=IntegerField(),
        ),
        "-id",
    )
    return Tray(
        jobs=list(recent.select_related("kind", "status", "asked_by")[:TRAY_ROWS]),
        running=visible.filter(status_id=JobStatus.RUNNING).count(),
        waiting=visible.filter(status_id=JobStatus.QUEUED).count(),
        failed=visible.filter(status_id=JobStatus.FAILED).count(),
        may_steer=bool(can(user, "job.cancel")),
        paused=list(JobQueue.objects.filter(paused=True)),
    )


@login_required
@require_safe
def tray(request: Request) -> HttpResponse:
    return render(request, "jobs/_tray.html", {"tray": tray_of(request.user)})


@login_required
@require_safe
def job_list(request: Request) -> HttpResponse:
    rows = Job.objects.visible_to(request.user).for_people()
    rows = rows.select_related("kind", "status", "asked_by")
    status = request.GET.get("status", "")
    states = {state.label: state for state in JobStatus}
    if status in states:
        rows = rows.filter(status_id=states[status])
    context = {
        "jobs": rows[:LIST_ROWS],
        "status": status,
        "filters": list(states),
        "paused": JobQueue.objects.filter(paused=True),
        "may_steer": bool(can(request.user, "job.cancel")),
    }
    return render(request, "jobs/list.html", context)


@login_required
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    asking.cancel(request.user, job)
    return _after(request)


@login_required
@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    asking.retry(request.user, job)
    return _after(request)


@login_required
@require_POST
def front(request: Request, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    asking.to_front(request.user, job)
    return _after(request)


@login_required
@require_POST
def cancel_mine(request: Request) -> HttpResponse:
    count = mine.cancel_mine(request.user)
    messages.success(request, f"{count} of your jobs {_are(count)} cancelled.")
    return redirect("jobs")


@login_required
@require_POST
def retry_mine(request: Request) -> HttpResponse:
    count = mine.retry_mine(request.user)
    messages.success(request, f"{count} of your jobs {_are(count)} queued again.")
    return redirect("jobs")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _after(request: Request) -> HttpResponse:
    if wants_fragment(request):
        return render(request, "jobs/_tray.html", {"tray": tray_of(request.user)})
    return redirect("jobs")
