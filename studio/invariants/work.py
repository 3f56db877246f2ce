"""Jobs, leases and submissions: nothing is stuck, doubled, or with a server for nobody."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from comfy_bridge.models import OPEN as OPEN_SUBMISSIONS
from comfy_bridge.models import Submission
from comfy_bridge.submissions import abandon
from jobs.models import OPEN as OPEN_JOBS
from jobs.models import Job, JobAttempt, JobStatus
from jobs.sweeping import take_up
from qa.models import EmbeddingModel
from studio.invariants.fault import Fault
from variants.checking import ask_for_checks
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

WORKING = (VariantStatus.PENDING, VariantStatus.GENERATING)
# What a lost lease may last: the sweeper comes round every few seconds.
LATE = timedelta(minutes=1)


def check() -> Iterator[Fault]:
    """Faults of the work that goes on."""
    yield from _leases()
    yield from _attempts()
    yield from _idle()
    yield from _doubled()
    yield from _submissions()
    active = EmbeddingModel.objects.filter(is_active=True).count()
    if active != 1:
        yield Fault("active_models", f"{active} embedding models are active; one has to be.")


def _leases() -> Iterator[Fault]:
    running = Q(status_id=JobStatus.RUNNING)
    wrong = Job.objects.filter(
        running & (Q(lease_until=None) | Q(lease_owner=""))
        | ~running & (Q(lease_until__isnull=False) | ~Q(lease_owner=""))
    )
    for job in wrong:
        yield Fault("lease_mismatch", f"Job {job.pk}: status and lease disagree.")
    for job in Job.objects.filter(running, lease_until__lt=Now() - LATE):
        lost = Q(pk=job.pk, lease_until__lt=Now())
        yield Fault(
            "stuck_job",
            f"Job {job.pk} lost its worker and nobody took it up.",
            partial(take_up, lost),
        )
    ended = Q(status_id__in=OPEN_JOBS)
    for job in Job.objects.filter(~ended & Q(finished_at=None) | ended & ~Q(finished_at=None)):
        yield Fault("job_end", f"Job {job.pk} is {job.state.label}; its end says otherwise.")


def _attempts() -> Iterator[Fault]:
    """An attempt is open exactly while its job runs under its fence."""
    held = Q(job__status_id=JobStatus.RUNNING, fence=F("job__fence"))
    for attempt in JobAttempt.objects.filter(finished_at=None).exclude(held):
        yield Fault(
            "open_attempt",
            f"{attempt} is open, and the job does not run under it.",
            partial(_close, attempt),
        )
    mine = JobAttempt.objects.filter(job=OuterRef("pk"), fence=OuterRef("fence"), finished_at=None)
    for job in Job.objects.filter(status_id=JobStatus.RUNNING).exclude(Exists(mine)):
        yield Fault("no_attempt", f"Job {job.pk} runs and no attempt of it is recorded.")


def _close(attempt: JobAttempt) -> None:
    JobAttempt.objects.filter(pk=attempt.pk, finished_at=None).update(
        finished_at=Now(), outcome="lost"
    )


def _idle() -> Iterator[Fault]:
    """Whatever waits has a job that will come to it."""
    idle = ImageVariant.objects.filter(status_id__in=WORKING).exclude(job__status_id__in=OPEN_JOBS)
    for variant in idle:
        yield Fault("variant_without_work", f"Variant {variant.pk} waits and no job makes it.")
    over = ImageVariant.objects.filter(
        job__status_id__in=OPEN_JOBS, job__kind__name="variant.generate"
    ).exclude(status_id__in=WORKING)
    for variant in over:
        yield Fault(
            "work_without_variant",
            f"Variant {variant.pk} is {variant.state.label} and its job {variant.job_id} is open.",
        )
    yield from _unchecked()


def _unchecked() -> Iterator[Fault]:
    """A report that is neither finished nor failed has a job that fills it."""
    waiting = ImageVariant.objects.filter(
        qa_report__isnull=False, qa_report__finished_at=None, qa_report__error_code=""
    )
    seen = list(waiting.values_list("pk", flat=True))
    checks = Job.objects.filter(kind__name__in=("variant.qa", "variant.embed"))
    filling = {job.args.get("report_id") for job in checks.filter(status_id__in=OPEN_JOBS)}
    # Asked once more, for a job may have ended between the two looks.
    for variant in waiting.filter(pk__in=seen).select_related("character"):
        if variant.qa_report_id not in filling:
            yield Fault(
                "report_without_work",
                f"The checks of variant {variant.pk} are not finished and no job makes them.",
                partial(_ask_again, variant),
            )


def _ask_again(variant: ImageVariant) -> None:
    with transaction.atomic():
        ask_for_checks(None, variant)


def _doubled() -> Iterator[Fault]:
    """One open job for one thing to do, and it is the one that the variant names."""
    same: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in Job.objects.filter(status_id__in=OPEN_JOBS).select_related("kind").order_by("pk"):
        if job.kind.name.startswith(("variant.", "source.")):
            same[job.kind.name, str(sorted(job.args.items()))].append(job)
    for (kind, _), jobs in same.items():
        if len(jobs) > 1:
            named = ", ".join(str(job.pk) for job in jobs)
            yield Fault("doubled_job", f"Jobs {named} of kind {kind} are to do the same.")
    for variant in ImageVariant.objects.filter(job__isnull=False).select_related("job"):
        if variant.job and variant.job.args.get("variant_id") != variant.pk:
            yield Fault("foreign_job", f"Variant {variant.pk} names job {variant.job_id}.")


def _submissions() -> Iterator[Fault]:
    """An open submission is the one of a variant that is being made; so each has at most one."""
    maker = ImageVariant.objects.filter(submission=OuterRef("pk"), status_id__in=WORKING)
    for submission in Submission.objects.filter(status_id__in=OPEN_SUBMISSIONS).exclude(
        Exists(maker)
    ):
        yield Fault(
            "open_submission",
            f"Submission {submission.prompt_id} is open and no variant is made by it.",
            partial(abandon, submission, "Nobody follows it any more."),
        )
    shared = Submission.objects.filter(status_id__in=OPEN_SUBMISSIONS)
    for submission in shared:
        if ImageVariant.objects.filter(submission=submission).count() > 1:
            yield Fault("shared_submission", f"Several variants name {submission.prompt_id}.")
