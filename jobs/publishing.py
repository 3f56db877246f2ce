"""What the world hears of a job: one small event, and its row in the tray rendered once."""

from collections.abc import Sequence

from django.template.loader import render_to_string

from jobs.models import QUIET_KINDS, Job, JobStatus
from people.models import Project
from studio.lib.events import push, push_on_commit
from studio.lib.htmx import toast


def _groups(job: Job) -> list[str]:
    return [f"project-{job.project_id}", *job.groups]


def _facts(job: Job) -> dict[str, object]:
    return {
        "job_id": job.pk,
        "kind": job.kind.name,
        "title": job.title,
        "status": job.state.label,
        "progress": round(job.progress, 4),
        "note": job.note,
        "error_code": job.error_code,
        "error": job.error,
        "url": job.public_url,
    }


def _is_quiet(job: Job) -> bool:
    return job.kind.name in QUIET_KINDS


def jobs_asked(jobs: Sequence[Job]) -> None:
    """After commit: new jobs wait. However many they are, their readers hear of them once."""
    jobs = [job for job in jobs if not _is_quiet(job)]
    if len(jobs) == 1:
        job_changed(jobs[0])
    elif jobs:
        groups = dict.fromkeys(group for job in jobs for group in _groups(job))
        push_on_commit(
            "job.asked",
            groups,
            fragments={"tray": render_to_string("jobs/_changed.html")},
            job_ids=[job.pk for job in jobs],
            status=JobStatus.QUEUED.label,
        )


def queue_changed(name: str, *, paused: bool) -> None:
    """After commit: a queue was paused or resumed; it concerns every project."""
    groups = [f"project-{pk}" for pk in Project.objects.values_list("pk", flat=True)]
    html = render_to_string("jobs/_changed.html")
    push_on_commit("queue.status", groups, fragments={"tray": html}, queue=name, paused=paused)


def job_changed(job: Job) -> None:
    """After commit: the job started, ended, or was asked for; trays fetch themselves anew."""
    if _is_quiet(job):
        return
    event = "job.progress" if job.is_open else "job.finished"
    html = render_to_string("jobs/_changed.html")
    push_on_commit(event, _groups(job), fragments={"tray": html}, **_facts(job))


def tell(person_id: int | None, sentence: str, url: str, *, tone: str = "pass") -> None:
    """After commit: a sentence on every page that the person has open, with a way to the result."""
    if person_id is None:
        return
    push_on_commit(
        "notice",
        [f"user-{person_id}"],
        fragments={"tray": toast(sentence, tone=tone, url=url)},
        sentence=sentence,
        url=url,
    )


def job_progress(job: Job, preview: str = "") -> None:
    """At once: how far it is, and a new picture of it that every reader may look at."""
    if _is_quiet(job):
        return
    html = render_to_string("jobs/_progress.html", {"job": job, "preview": preview})
    push("job.progress", _groups(job), fragments={"tray": html}, **_facts(job))
