"""Cancelling and retrying the work on variants, and running their checks again."""

from django.db import transaction

from audit.recording import record
from characters.models import SourceImage
from jobs import asking
from jobs.errors import NotCancellable, NotRetryable
from jobs.models import Job
from people.access import require
from people.models import User
from qa.inspection import open_report
from variants import checking, publishing
from variants.deciding import facts
from variants.errors import NoFile, NothingToDo, VariantGone
from variants.models import GenerationRequest, ImageVariant


def retry(actor: User, variant: ImageVariant) -> None:
    """Ask again for a failed or cancelled variant: the same row, the same seed."""
    require(actor, "variant.retry", variant)
    if variant.job is None:
        raise NothingToDo("This variant has no job that could be retried.", **facts(variant))
    asking.retry(actor, variant.job)


def cancel(actor: User, variant: ImageVariant) -> None:
    """Stop the generation of one variant."""
    require(actor, "variant.cancel", variant)
    if variant.job is None:
        raise NothingToDo("This variant has no job that could be cancelled.", **facts(variant))
    asking.cancel(actor, variant.job)


def stop(actor: User, variant: ImageVariant) -> bool:
    """Stop what is being made of a variant that is going away; whether there was anything."""
    if variant.job is None or not variant.job.is_open:
        return False
    try:
        asking.cancel(actor, variant.job)
    except NotCancellable:
        return False  # it ended between the look and the call
    return True


def cancel_request(actor: User, request: GenerationRequest) -> int:
    """Stop whatever of a request is still waiting or running; returns how many."""
    require(actor, "variant.cancel", request)
    jobs = request.variants.filter(job__isnull=False).values("job")
    return asking.cancel_all(actor, Job.objects.filter(pk__in=jobs))


def retry_request(actor: User, request: GenerationRequest) -> int:
    """Ask again for whatever of a request failed or was cancelled; returns how many."""
    require(actor, "variant.retry", request)
    count = 0
    for variant in request.variants.present().select_related("job"):
        if variant.job and variant.job.is_retryable:
            try:
                asking.retry(actor, variant.job)
            except NotRetryable:
                continue  # somebody else was faster
            count += 1
    return count


def rerun_checks(actor: User, variant: ImageVariant, *, against: SourceImage | None = None) -> None:
    """Run QA, embedding and likeness of a variant again.

    The likeness is to the source it was made from, or to the one that is named.
    """
    require(actor, "variant.rerun_qa", variant)
    if not variant.has_file:
        raise NoFile("There is no image to check yet.", **facts(variant))
    with transaction.atomic():
        rows = ImageVariant.objects.select_for_update(of=("self",))
        fresh = rows.filter(pk=variant.pk).first()
        if fresh is None:
            raise VariantGone("It was deleted for good meanwhile.")
        fresh.qa_report = open_report(fresh.project_id, "variant", fresh.qa_report)
        fresh.embedding = None
        fresh.likeness = None
        fresh.save(update_fields=["qa_report", "embedding", "likeness"])
        checking.ask_for_checks(actor, fresh, against=against)
        record(actor, "variant.rerun_qa", fresh, after={"against": against.pk if against else None})
        publishing.variant_changed(fresh)
