"""What the world hears of a job: one small event, and its row in the tray rendered once."""

from django.template.loader import render_to_string

from jobs.models import Job
from studio.lib.events import push, push_on_commit


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
        "url": job.url,
    }


def job_changed(job: Job) -> None:
    """After commit: the job started, ended, or was asked for; trays fetch themselves anew."""
    event = "job.progress" if job.is_open else "job.finished"
    html = render_to_string("jobs/_changed.html", {"job": job})
    push_on_commit(event, _groups(job), fragments={"tray": html}, **_facts(job))


def job_progress(job: Job) -> None:
    """At once: how far it is."""
    html = render_to_string("jobs/_progress.html", {"job": job})
    push("job.progress", _groups(job), fragments={"tray": html}, **_facts(job))
