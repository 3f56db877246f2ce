"""Handlers of the characters' jobs; says what follows what."""

from django.db.models import Q

from characters import (
    publishing,
    rejudging,
    trashing,  # noqa: F401  its chore registers
    vetting,
)
from characters.models import SourceImage
from jobs.claiming import Lease
from jobs.handling import handles
from jobs.models import Job, JobStatus
from jobs.publishing import tell
from people.signals import changed
from qa import thresholds
from qa.inspection import clear_failure, record_failure

WORDS = {"pass": "passed", "warn": "with warnings", "fail": "failed"}


def _source(job: Job) -> SourceImage | None:
    rows = SourceImage.objects.select_related("character", "qa_report__verdict")
    return rows.filter(pk=job.args["source_id"], qa_report_id=job.args["report_id"]).first()


def mirror_report(job: Job) -> None:
    """Write on the report what became of the job that fills it (for every subject)."""
    if job.state is JobStatus.FAILED:
        record_failure(job.args["report_id"], job.error_code, job.error)
    else:
        clear_failure(job.args["report_id"])


def mirror(job: Job) -> None:
    """A check that failed for good ends the report in that state, until it is tried again."""
    mirror_report(job)
    announce(job)


def announce(job: Job) -> None:
    """Tell the character's page that something about its checks changed."""
    if source := _source(job):
        event = "embedding.finished" if job.kind.name == "source.embed" else "qa.finished"
        publishing.source_changed(source.character, event, version=source.version)
        _tell_checked(job, source)


def _tell_checked(job: Job, source: SourceImage) -> None:
    """Tell who asked once both checks have ended, and what they say."""
    checks = Job.objects.filter(Q(pk=source.qa_job_id) | Q(pk=source.embedding_job_id))
    verdict = source.qa_report.verdict if source.qa_report else None
    if checks.open().exists() or verdict is None:
        return
    sentence = f"{source.character.name} v{source.version} is checked: {WORDS[verdict.name]}."
    tone = verdict.name
    tell(job.asked_by_id, sentence, source.character.get_absolute_url(), tone=tone)


@handles("source.qa", "cpu", "Automatic checks of a source image", on_change=mirror, follows=True)
def qa(lease: Lease) -> None:
    vetting.check_pixels(lease)
    announce(lease.job)


@handles(
    "source.embed",
    "gpu",
    "Faces and face embedding of a source image",
    on_change=mirror,
    follows=True,
)
def embed(lease: Lease) -> None:
    vetting.check_faces(lease)
    announce(lease.job)


@handles("qa.rejudge", "cpu", "Judging stored checks again by changed limits")
def rejudge(lease: Lease) -> None:
    rejudging.judge(lease)


thresholds.follow(rejudging.ask_for_judging)
changed.connect(rejudging.project_changed)
