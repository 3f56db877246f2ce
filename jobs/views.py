"""Pages of jobs: the tray on every page, the list, one job, and what people do with them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jobs import asking, mine, queues, tray
from jobs.listing import FilterForm, keep_query, kept_query, listed
from jobs.models import Job
from jobs.showing import shown
from people.access import can
from people.views import Request
from studio.lib.addresses import Said
from studio.lib.htmx import back_from, wants_fragment
from studio.lib.pages import page_of

NO_FILTERS = {"cursor", "limit", "whose"}


@login_required
@require_safe
def tray_part(request: Request) -> HttpResponse:
    return _tray(request)


@login_required
@require_POST
def whose(request: Request) -> HttpResponse:
    """Show the jobs of everybody or mine alone in the tray, from now on."""
    tray.keep_whose(request.user, request.POST.get("whose", ""))
    return _after(request)


@login_required
@require_safe
def job_list(request: Request) -> HttpResponse:
    """The jobs of my projects, newest first, as far as the filters ask for them.

    An address without filters leads to those that the list was left with.
    """
    if not request.GET and (kept := kept_query(request.user)):
        return redirect(f"{reverse('jobs')}?{kept}")
    said = Said(request)
    found, following = page_of(said, listed(request.user, said))
    context = {
        "jobs": shown(request, found),
        "form": FilterForm(request.user, said),
        "is_filtered": said.GET.get("whose") == "mine" or bool(said.GET.keys() - NO_FILTERS),
        "is_first": "cursor" not in said.GET,
        "first_url": said.with_one("cursor", ""),
        "next_url": following,
        "queues": queues.counted(),
        "may_steer": bool(can(request.user, "job.cancel")),
        "may_pause": bool(can(request.user, "queue.steer")),
    }
    return render(request, "jobs/list.html", context)


@login_required
@require_POST
def leave_list(request: Request) -> HttpResponse:
    """Keep the filters that the list is left with: the query string `query`."""
    keep_query(request.user, request.POST.get("query", ""))
    return HttpResponse(status=204)


@login_required
@require_safe
def job_page(request: Request, pk: int) -> HttpResponse:
    """One job: how it is, what it is about, and each time that a worker took it up."""
    rows = Job.objects.visible_to(request.user)
    job = get_object_or_404(rows.select_related("kind", "status", "asked_by", "project"), pk=pk)
    (one,) = shown(request, [job])
    context = {
        "shown": one,
        "job": job,
        "attempts": job.attempt_rows.order_by(F("pk").desc()),
        "may_steer": bool(can(request.user, "job.cancel")),
    }
    return render(request, "jobs/detail.html", context)


@login_required
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    asking.cancel(request.user, _job(request, pk))
    return _after(request)


@login_required
@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    asking.retry(request.user, _job(request, pk))
    return _after(request)


@login_required
@require_POST
def front(request: Request, pk: int) -> HttpResponse:
    asking.to_front(request.user, _job(request, pk))
    return _after(request)


@login_required
@require_POST
def cancel_mine(request: Request) -> HttpResponse:
    _tell(request, mine.cancel_mine(request.user), "cancelled", "to cancel")
    return redirect(back_from(request, reverse("jobs")))


@login_required
@require_POST
def retry_mine(request: Request) -> HttpResponse:
    _tell(request, mine.retry_mine(request.user), "queued again", "to try again")
    return redirect(back_from(request, reverse("jobs")))


@login_required
@require_POST
def pause(request: Request, name: str) -> HttpResponse:
    """Start nothing more of a queue; what runs goes on."""
    queues.pause(request.user, queues.queue_named(name))
    return _after(request)


@login_required
@require_POST
def resume(request: Request, name: str) -> HttpResponse:
    """Start a queue's work again."""
    queues.resume(request.user, queues.queue_named(name))
    return _after(request)


def _job(request: Request, pk: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), pk=pk)


def _tell(request: Request, count: int, done: str, to_do: str) -> None:
    if count:
        are = "is" if count == 1 else "are"
        messages.success(request, f"{count} of your jobs {are} {done}.")
    else:
        messages.info(request, f"You have no job {to_do}.")


def _after(request: Request) -> HttpResponse:
    if wants_fragment(request):
        return _tray(request)
    return redirect(back_from(request, reverse("jobs")))


def _tray(request: Request) -> HttpResponse:
    return render(request, "jobs/_tray.html", {"tray": tray.tray_of(request)})
