"""Handlers of the variants' jobs; says what follows what."""

from django.conf import settings

from characters import receiving, vetting
from characters.actors import mirror_report
from comfy_bridge import health, pool, versions
from comfy_bridge.models import ServerStatus, Submission
from comfy_bridge.submissions import abandon
from jobs import waking
from jobs.actors import narrow
from jobs.asking import Ask, ask
from jobs.claiming import Lease
from jobs.handling import handles
from jobs.models import Job, JobStatus
from jobs.publishing import tell
from jobs.showing import FINDERS
from jobs.sweeping import chore
from variants import (
    checking,
    collecting,
    comparing,
    generating,
    publishing,
    rechecking,
    reembedding,
    remeasuring,
    trashing,  # noqa: F401  its chore registers
    trying,
    waiting,
)
from variants.errors import VariantGone
from variants.models import ImageVariant
from variants.moving import set_status
from variants.subjects import subjects_of
from variants.telling import Telling
from variants.trials import WorkflowTrial
from variants.vocabulary import MOVES, VariantStatus

FOLLOWS = {
    JobStatus.QUEUED: VariantStatus.PENDING,
    JobStatus.FAILED: VariantStatus.FAILED,
    JobStatus.CANCELLED: VariantStatus.CANCELLED,
}


def _variant(job: Job) -> ImageVariant:
    variant = _variant_if_there(job)
    if variant is None:
        raise VariantGone("The variant was deleted for good meanwhile.")
    return variant


def _variant_if_there(job: Job) -> ImageVariant | None:
    rows = ImageVariant.objects.select_related(
        "character__project",
        "request",
        "source_image__character",
        "edited_source",
        "parent_variant",
        "mask",
        "workflow_version__workflow",
        "submission__server",
        "submission__replaces",
        "job",
    )
    return rows.filter(pk=job.args["variant_id"]).first()


def mirror(job: Job) -> None:
    """The variant goes where its job goes, unless the way is closed (it has an image already)."""
    variant = _variant_if_there(job)
    if variant is None:
        return
    to = FOLLOWS[job.state]
    ending = job.state is not JobStatus.QUEUED
    error = {"error_code": job.error_code, "error": job.error} if ending else {}
    cleared = {} if ending else {"error_code": "", "error": ""}
    if ending and variant.submission:
        _withdraw(job, variant.submission)
    if to is variant.state or to in MOVES.get(variant.state, ()):
        set_status(variant, to, even_trashed=ending, **error, **cleared)
        publishing.variant_changed(_variant(job))
    publishing.request_settled(variant.request)


def _withdraw(job: Job, submission: Submission) -> None:
    """Close a submission that nobody follows any more; a server that has it is told to stop."""
    if submission.is_open and submission.sent_at:
        withdrawal = Ask(
            kind="variant.withdraw",
            title=f"Withdraw · {job.title}",
            args={"submission_id": submission.pk},
            groups=job.groups,
        )
        ask(job.project_id, job.asked_by, [withdrawal])
    abandon(submission, "Its job has ended.")


@handles("variant.generate", "comfy", "Generation of one candidate by ComfyUI", on_change=mirror)
def generate(lease: Lease) -> None:
    """Generate, store, and ask for the checks of the new image."""
    variant = _variant(lease.job)
    made = generating.generate(lease, variant, Telling(lease, variant))
    picture = collecting.store(variant, made)
    with lease.finish():
        collecting.record_output(variant, made, picture)
        checking.ask_for_checks(lease.job.asked_by, variant)
        comparing.ask_for_comparison(lease.job.asked_by, variant)
        publishing.variant_changed(variant)
        publishing.request_settled(variant.request)


@handles(
    "variant.compare",
    "cpu",
    "Comparison of a reproduction with its original",
    follows=True,
)
def compare(lease: Lease) -> None:
    comparing.compare(lease)
    variant = _variant(lease.job)
    publishing.variant_changed(variant)
    sentence = f"{lease.job.title.capitalize()}: done."
    tell(lease.job.asked_by_id, sentence, variant.get_absolute_url())


def _trial(job: Job) -> WorkflowTrial:
    return WorkflowTrial.objects.select_related("version__workflow", "server", "submission").get(
        pk=job.args["trial_id"]
    )


def mirror_trial(job: Job) -> None:
    """A test run that ended otherwise than well leaves nothing behind at its server."""
    submission = _trial(job).submission
    if submission and job.state is not JobStatus.QUEUED:
        _withdraw(job, submission)


@handles("workflow.trial", "comfy", "Test run of a workflow", on_change=mirror_trial)
def try_out(lease: Lease) -> None:
    trying.run(lease, _trial(lease.job))


@handles(
    "variant.withdraw",
    "io",
    "Taking a cancelled prompt back from its ComfyUI server",
    follows=True,
)
def withdraw(lease: Lease) -> None:
    """Tell the server to stop; one that is away is told when it comes back (leftovers.py)."""
    submission = Submission.objects.select_related("server").get(pk=lease.job.args["submission_id"])
    server = submission.server
    try:
        pool.handle(server, generating.NETWORKS).client.cancel(str(submission.prompt_id))
    except health.AWAY:
        if health.check(server, generating.NETWORKS).status_id != ServerStatus.OFFLINE:
            raise
    lease.succeed()


def mirror_check(job: Job) -> None:
    """A check that failed for good ends the report in that state, until it is tried again."""
    mirror_report(job)
    if variant := _variant_if_there(job):
        publishing.variant_changed(variant, "qa.finished")


@handles("variant.qa", "cpu", "Automatic checks of a variant", on_change=mirror_check, follows=True)
def qa(lease: Lease) -> None:
    checking.check_pixels(lease)
    publishing.variant_changed(_variant(lease.job), "qa.finished")


@handles(
    "variant.embed",
    "gpu",
    "Face embedding and likeness of a variant",
    on_change=mirror_check,
    follows=True,
)
def embed(lease: Lease) -> None:
    checking.check_faces(lease)
    publishing.variant_changed(_variant(lease.job), "embedding.finished")


@handles(reembedding.READING, "gpu", "Reading a project's faces by another face model")
def reembed(lease: Lease) -> None:
    reembedding.reread(lease)


@handles(reembedding.MEASURING, "gpu", "Measuring a project's likeness by another face model")
def remeasure(lease: Lease) -> None:
    reembedding.remeasure(lease)


@handles(
    "variant.likeness",
    "cpu",
    "Likeness of images to a source whose face was read anew",
    follows=True,
)
def likeness(lease: Lease) -> None:
    publishing.likeness_measured(remeasuring.measure_again(lease))


@chore
def check_servers() -> None:
    """Every round of the sweeper: ask each server how it is, and say why work waits for one."""
    pool.register_urls(settings.COMFYUI_URLS)
    health.check_all(generating.NETWORKS)
    if waiting.explain():
        waking.wake("comfy")


FINDERS.append(subjects_of)
narrow("comfy", waiting.when_a_server_is_free)
vetting.ON_EMBEDDED.append(remeasuring.source_embedded)
receiving.ON_REPLACED.append(rechecking.source_replaced)
versions.ON_ADDED.append(rechecking.workflow_renewed)
