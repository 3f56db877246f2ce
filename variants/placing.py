"""Placing one variant's prompt on a server: the choice, the count and the prompt id, all at once.

Nothing is sent from here.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from comfy_bridge import pool
from comfy_bridge.models import ComfyServer, ServerStatus, Submission, WorkflowVersion
from comfy_bridge.requests import BoundPrompt
from comfy_bridge.submissions import abandon, open_submission
from jobs.claiming import Lease
from jobs.errors import GivenBack
from variants import publishing, waiting
from variants.binding import prompt_for
from variants.errors import NobodyAnswers, NoServer, VariantGone
from variants.feeding import Feed, feed_of
from variants.models import ImageVariant
from variants.moving import set_status
from variants.recipes import again
from variants.vocabulary import VariantStatus

# Two installations may share a server: each has output folders of its own.
INSTALLATION = hashlib.sha256(settings.SECRET_KEY.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Placed:
    """A prompt with the server that takes it; `fresh`: its id was made just now, never sent."""

    server: ComfyServer
    version: WorkflowVersion
    submission: Submission
    prompt: BoundPrompt
    fresh: bool


def place(lease: Lease, variant: ImageVariant) -> Placed:
    """The open submission of the variant, or a fresh one on the server with the most room.

    One whose server went offline is given up for another server. Raises GivenBack when no server
    has a place: then the job waits on, and no attempt is used up; NobodyAnswers when it waited long
    enough for any. NoServer, VariantGone, LeaseLost and the refusals of `prompt_for` and
    `with_models` as well.
    """
    version = variant.workflow_version
    if version is None:
        raise VariantGone("The workflow of this variant is gone.")
    feed = feed_of(variant, version)
    with transaction.atomic():
        # First the servers, then the job: the order in which a claim holds them too.
        servers = pool.locked()
        lease.hold()
        current = variant.submission
        kept = current if current and _may_go_on(current, servers) else None
        server = kept.server if kept else _chosen(lease, variant, version, servers)
        earlier = kept.replaces if kept else current
        prompt = _prompt(variant, version, feed, server, earlier)
        submission = kept or _opened(lease, variant, server, prompt, current)
        set_status(variant, VariantStatus.GENERATING)
        publishing.variant_changed(variant)
    return Placed(server, version, submission, prompt, fresh=kept is None)


def _may_go_on(submission: Submission, servers: Iterable[ComfyServer]) -> bool:
    offline = {server.pk for server in servers if server.status_id == ServerStatus.OFFLINE}
    return submission.is_open and submission.server_id not in offline


def _chosen(
    lease: Lease, variant: ImageVariant, version: WorkflowVersion, servers: list[ComfyServer]
) -> ComfyServer:
    needs = pool.needs_of(version, variant.request.params if variant.request else {})
    seconds = waiting.seconds_of(lease.job, servers)
    earlier = [server for server in servers if server.name == _server_before(variant)]
    if server := pool.choose(needs, earlier) or pool.choose(needs, servers, seconds):
        return server
    if waiting.would_be_claimed(lease.job, servers):
        # It would be back at once, again and again: let its attempts end that.
        raise NoServer(" ".join(pool.absence(needs, servers)) or "Every ComfyUI server is busy.")
    if waiting.nobody_answers():
        raise NobodyAnswers(" ".join(pool.absence(needs, servers)))
    raise GivenBack


def _opened(
    lease: Lease,
    variant: ImageVariant,
    server: ComfyServer,
    prompt: BoundPrompt,
    earlier: Submission | None,
) -> Submission:
    if earlier:
        abandon(earlier, f"{earlier.server.name} went offline; the work moved on.")
    told = None if earlier else lease.job.args.get("prompt_id")  # to whoever asked for it
    submission = open_submission(server, prompt.graph, replaces=earlier, prompt_id=told)
    variant.submission = submission
    ImageVariant.objects.filter(pk=variant.pk).update(submission=submission)
    return submission


def _prompt(
    variant: ImageVariant,
    version: WorkflowVersion,
    feed: Feed,
    server: ComfyServer,
    earlier: Submission | None,
) -> BoundPrompt:
    """The bound graph for this server; after a spent try its files have a prefix of their own."""
    values = variant.request.params if variant.request else {}
    wish: dict[str, Any] = {
        "prompt": variant.prompt,
        "negative_prompt": variant.negative_prompt,
        **(variant.request.bound if variant.request else {}),
        **pool.with_models(version, server, values),
    }
    key = f"{INSTALLATION}-{variant.pk}" + (f"-{earlier.pk}" if earlier else "")
    prompt = prompt_for(
        version,
        feed.image,
        feed.picture,
        seed=variant.seed or 0,
        key=key,
        wish=wish,
        mask=feed.mask,
    )
    if original := _original(variant):
        return again(original, prompt, is_spent=earlier is not None)
    return prompt


def _original(variant: ImageVariant) -> ImageVariant | None:
    """The variant whose recipe this one runs again, if it does."""
    rows = ImageVariant.objects.select_related("workflow_version")
    return rows.filter(reproductions__variant=variant).first()


def _server_before(variant: ImageVariant) -> str:
    """Where the recipe ran before: it is most likely to give the same there."""
    original = _original(variant)
    server = original.generation_params.get("server") if original else None
    return str(server["name"]) if server else ""
