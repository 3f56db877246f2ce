"""Handlers of the characters' jobs; says what follows what."""

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
from people.signals import changed
from qa import thresholds
from qa.inspection import clear_failure, record_failure


def _source(job: Job) -> SourceImage | None:
    rows = SourceImage.objects.select_related("character")
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


@handles("source.qa", "cpu", "Automatic checks of a source image", on_change=mirror)
def qa(lease: Lease) -> None:
    vetting.check_pixels(lease)
    announce(lease.job)


@handles("source.embed", "gpu", "Faces and face embedding of a source image", on_change=mirror)
def embed(lease: Lease) -> None:
    vetting.check_faces(lease)
    announce(lease.job)


@handles("qa.rejudge", "cpu", "Judging stored checks again by changed limits")
def rejudge(lease: Lease) -> None:
    rejudging.judge(lease)


thresholds.follow(rejudging.ask_for_judging)
changed.connect(rejudging.project_changed)
