"""Generating one variant: a place on a server, and the drive to bytes in hand.

Running it twice, or half and then again, is the same as once: an open submission is looked up,
never sent blindly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from comfy_bridge import health, pacing, pool
from comfy_bridge.addresses import Network, networks
from comfy_bridge.catalog import main_model
from comfy_bridge.driving import drive
from comfy_bridge.errors import BridgeError, Interrupted
from comfy_bridge.graph import graph_hash
from comfy_bridge.models import ServerStatus, SubmissionStatus
from comfy_bridge.requests import Outcome, Progress
from comfy_bridge.submissions import record_end, record_sent
from jobs.claiming import Lease
from jobs.errors import Cancelled, GivenBack
from studio.lib.fault_points import fault_point
from variants.feeding import facts_of_edit
from variants.gating import pass_variant
from variants.models import ImageVariant
from variants.placing import Placed, place

NETWORKS: tuple[Network, ...] = networks(settings.COMFYUI_NETWORKS)


@dataclass(frozen=True)
class Made:
    """What came back, and everything needed to make it again."""

    outcome: Outcome
    params: dict[str, Any]
    model: str = ""


def generate(lease: Lease, variant: ImageVariant, tell: Callable[[Progress], None]) -> Made:
    """Bring the variant's prompt to its end on some server.

    Raises BridgeError and NoServer (retryable or permanent), Cancelled, LeaseLost, and GivenBack
    when there is no server for it now or the one it was on is gone; the gate's refusal at dispatch.
    """
    pass_variant(variant)
    fault_point("generating.prepared")
    placed = place(lease, variant)
    fault_point("generating.stored")
    outcome = driven(lease, placed, tell)
    params = _params(placed, outcome, variant.seed or 0) | facts_of_edit(variant)
    return Made(outcome, params, model=main_model(placed.prompt.graph))


def driven(lease: Lease, placed: Placed, tell: Callable[[Progress], None]) -> Outcome:
    """Drive a placed prompt to its end under the lease; raises as `generate` does."""
    server, submission = placed.server, placed.submission
    cancelled: list[Cancelled] = []

    def should_stop() -> bool:
        try:
            lease.check_cancel()
        except Cancelled as error:
            cancelled.append(error)
        return bool(cancelled)

    def write(step: Callable[[], None]) -> None:
        """Under the fence: who has lost the job says nothing more of its submission."""
        with transaction.atomic():
            lease.hold()
            step()

    handle = pool.handle(server, NETWORKS)
    try:
        outcome = drive(
            handle,
            str(submission.prompt_id),
            placed.prompt,
            fresh=placed.fresh,
            sent=submission.status_id == SubmissionStatus.SENT,
            before_post=lease.hold,
            on_progress=tell,
            on_sent=lambda: write(
                partial(record_sent, submission, handle.listener.client_id or "")
            ),
            should_stop=should_stop,
            stall_s=settings.COMFYUI_STALL_S,
            max_output_bytes=settings.MAX_OUTPUT_BYTES,
        )
    except BridgeError as error:
        if error.spent or error.permanent:
            write(partial(record_end, submission, error))
        if cancelled and isinstance(error, Interrupted):
            raise cancelled[0] from error
        health.record_failure(server, error, NETWORKS)
        if isinstance(error, health.AWAY) and server.status_id == ServerStatus.OFFLINE:
            # That says nothing against the job: it goes to another server, or waits for this one.
            raise GivenBack from error
        raise
    health.record_success(server)
    if outcome.execution_ms is not None and not outcome.cached:
        pacing.paces.saw(placed.version.pk, server.pk, outcome.execution_ms / 1000)
    return outcome


def _params(placed: Placed, outcome: Outcome, seed: int) -> dict[str, Any]:
    """The exact resolved parameters: enough to have it made again bit for bit."""
    version, server, prompt = placed.version, placed.server, placed.prompt
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
        "prompt_id": str(placed.submission.prompt_id),
        "queued_ms": outcome.queued_ms,
        "execution_ms": outcome.execution_ms,
        "cached": outcome.cached,
    }
