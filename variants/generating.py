"""Generating one variant: a server, a stored prompt id, and the drive to bytes in hand.

Running it twice, or half and then again, is the same as once: an open submission is looked up,
never sent blindly.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from characters.attesting import pass_gate
from characters.models import ContentRating
from comfy_bridge import pool
from comfy_bridge.addresses import Network, networks
from comfy_bridge.driving import drive
from comfy_bridge.errors import BridgeError, Interrupted
from comfy_bridge.graph import graph_hash
from comfy_bridge.models import (
    ComfyServer,
    ServerStatus,
    Submission,
    SubmissionStatus,
    WorkflowVersion,
)
from comfy_bridge.requests import BoundPrompt, Outcome, Progress
from comfy_bridge.submissions import abandon, open_submission, record_end, record_sent
from jobs.claiming import Lease
from jobs.errors import Cancelled
from studio.lib.fault_points import fault_point
from studio.lib.files import read
from variants import publishing
from variants.binding import prompt_for
from variants.errors import NoServer, VariantGone
from variants.models import ImageVariant
from variants.moving import set_status
from variants.vocabulary import VariantStatus

NETWORKS: tuple[Network, ...] = networks(settings.COMFYUI_NETWORKS)
# Two installations may share a server: each has output folders of its own.
INSTALLATION = hashlib.sha256(settings.SECRET_KEY.encode()).hexdigest()[:8]
WISHED = ("denoise", "checkpoint", "steps", "cfg")


@dataclass(frozen=True)
class Made:
    """What came back, and everything needed to make it again."""

    outcome: Outcome
    params: dict[str, Any]


def generate(lease: Lease, variant: ImageVariant, tell: Callable[[Progress], None]) -> Made:
    """Bring the variant's prompt to its end on some server.

    Raises BridgeError and NoServer (retryable or permanent), Cancelled, LeaseLost; the gate's
    refusal at dispatch.
    """
    pass_gate(variant.character, ContentRating.of(variant.content_rating_id))
    version, source = variant.workflow_version, variant.source_image
    if version is None or source is None:
        raise VariantGone("The workflow or the source image of this variant is gone.")
    wish = {
        "prompt": variant.prompt,
        "negative_prompt": variant.negative_prompt,
        **(variant.request.params if variant.request else {}),
    }
    server, earlier = _server(variant, version, wish)
    wish = {
        **wish,
        **pool.with_models(version, server, {k: wish[k] for k in WISHED if wish.get(k)}),
    }
    seed = variant.seed or 0
    picture = read(source.rendition_path("display"))
    key = f"{INSTALLATION}-{variant.pk}" + (f"-{earlier.pk}" if earlier else "")
    prompt = prompt_for(version, source, picture, seed=seed, key=key, wish=wish)
    fault_point("generating.prepared")
    submission = _submission(lease, variant, server, prompt, earlier)
    fault_point("generating.stored")
    outcome = _drive(lease, server, submission, prompt, tell)
    return Made(outcome, _params(version, server, submission, prompt, outcome, seed))


def _server(
    variant: ImageVariant, version: WorkflowVersion, wish: dict[str, Any]
) -> tuple[ComfyServer, Submission | None]:
    """The server of an open submission, else the one with the most room; and what was spent."""
    submission = variant.submission
    if submission and submission.is_open:
        if submission.server.status_id != ServerStatus.OFFLINE:
            return submission.server, submission.replaces
        others = ComfyServer.objects.exclude(pk=submission.server_id)
        if other := pool.choose(version, wish, others):
            abandon(submission, f"{submission.server.name} went offline; the work moved on.")
            return other, submission
        return submission.server, submission.replaces
    if server := pool.choose(version, wish):
        return server, submission
    reasons = pool.missing(version, wish)
    raise NoServer(" ".join(reasons) or "Every ComfyUI server is busy.")


def _submission(
    lease: Lease,
    variant: ImageVariant,
    server: ComfyServer,
    prompt: BoundPrompt,
    earlier: Submission | None,
) -> Submission:
    """The open submission of the variant, or a new one, stored before anything is sent."""
    with transaction.atomic():
        lease.hold()
        set_status(variant, VariantStatus.GENERATING)
        publishing.variant_changed(variant)
        current = variant.submission
        if current and current.is_open and current.server_id == server.pk:
            return current
        submission = open_submission(server, prompt.graph, replaces=earlier)
        variant.submission = submission
        ImageVariant.objects.filter(pk=variant.pk).update(submission=submission)
    return submission


def _drive(
    lease: Lease,
    server: ComfyServer,
    submission: Submission,
    prompt: BoundPrompt,
    tell: Callable[[Progress], None],
) -> Outcome:
    cancelled: list[Cancelled] = []

    def should_stop() -> bool:
        try:
            lease.check_cancel()
        except Cancelled as error:
            cancelled.append(error)
        return bool(cancelled)

    known = submission.status_id == SubmissionStatus.SENT
    fresh = submission.sent_at is None and lease.job.attempts == 1
    handle = pool.handle(server, NETWORKS)
    try:
        return drive(
            handle,
            str(submission.prompt_id),
            prompt,
            fresh=fresh,
            sent=known,
            on_progress=tell,
            on_sent=lambda: record_sent(submission, handle.listener.client_id or ""),
            should_stop=should_stop,
            stall_s=settings.COMFYUI_STALL_S,
            max_output_bytes=settings.MAX_OUTPUT_BYTES,
        )
    except BridgeError as error:
        if error.spent or error.permanent:
            record_end(submission, error)
        if cancelled and isinstance(error, Interrupted):
            raise cancelled[0] from error
        raise


def _params(
    version: WorkflowVersion,
    server: ComfyServer,
    submission: Submission,
    prompt: BoundPrompt,
    outcome: Outcome,
    seed: int,
) -> dict[str, Any]:
    """The exact resolved parameters: enough to have it made again bit for bit."""
    return {
        "workflow": version.workflow.name,
        "workflow_version": version.version,
        "graph_hash": graph_hash(prompt.graph),
        "graph": prompt.graph,
        "seed": str(seed),
        "inputs": [{"name": item.name, "subfolder": item.subfolder} for item in prompt.uploads],
        "server": {
            "name": server.name,
            "version": server.version,
            "sandbox": server.is_sandbox,
        },
        "prompt_id": str(submission.prompt_id),
        "queued_ms": outcome.queued_ms,
        "execution_ms": outcome.execution_ms,
        "cached": outcome.cached,
    }
