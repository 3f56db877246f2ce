"""Judging the stored checks of a project again, as jobs, once their limits have changed."""

from typing import Any

from django.db.models import Model

from jobs.asking import Ask, ask
from jobs.claiming import Lease
from people.models import Project, User
from qa.judging import judge_again, projects_judged_by
from qa.models import QACheck


def ask_for_judging(actor: User | None, check: QACheck, project: Project | None) -> None:
    """One job for each project whose values the changed limits judge (in their transaction)."""
    for project_id in [project.pk] if project else projects_judged_by(check):
        again = Ask(
            kind="qa.rejudge",
            title=f"Judge again · {check.title}",
            args={"check": check.name},
        )
        ask(project_id, actor, [again])


def project_changed(
    sender: object,
    *,
    actor: User,
    verb: str,
    obj: Model,
    after: dict[str, str] | None = None,
    **_: Any,
) -> None:
    """Receiver of `people.signals.changed`: what no face means is judged by the new rule."""
    if verb == "project.edit" and isinstance(obj, Project) and "without_face" in (after or {}):
        ask_for_judging(actor, QACheck.objects.get(name="face_count"), obj)


def judge(lease: Lease) -> None:
    """Judge every stored value of one check in the job's project."""
    for fraction in judge_again(lease.job.project_id, lease.job.args["check"]):
        lease.check_cancel()
        lease.progress(fraction)
    lease.succeed()
