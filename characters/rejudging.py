"""Judging the stored checks of a project again, as jobs, once their limits have changed."""

from jobs.asking import Ask, ask
from jobs.claiming import Lease
from people.models import Project, User
from qa.judging import judge_again, projects_judged_by
from qa.models import QACheck


def ask_for_judging(actor: User, check: QACheck, project: Project | None) -> None:
    """One job for each project whose values the changed limits judge (in their transaction)."""
    for project_id in [project.pk] if project else projects_judged_by(check):
        again = Ask(
            kind="qa.rejudge",
            title=f"Judge again · {check.title}",
            args={"check": check.name},
        )
        ask(project_id, actor, [again])


def judge(lease: Lease) -> None:
    """Judge every stored value of one check in the job's project."""
    for fraction in judge_again(lease.job.project_id, lease.job.args["check"]):
        lease.check_cancel()
        lease.progress(fraction)
    lease.succeed()
