"""Ordering variants: everything is checked, N pending rows and their jobs are written at once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from audit.recording import record
from characters.attesting import pass_gate
from characters.errors import Archived, NoSource, QAFailed, QAPending, SourceNotApproved
from characters.models import BaselineStatus, Character, SourceImage
from comfy_bridge import bindings
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from comfy_bridge.pool import mark_used, missing
from jobs.asking import Ask, ask
from jobs.models import Job
from people.access import can, require
from people.models import User
from qa.policy import Verdict
from studio.lib.errors import StudioError
from studio.lib.fault_points import fault_point
from variants import publishing
from variants.binding import prompt_for
from variants.errors import (
    BadCount,
    BadValue,
    KeyReused,
    NoCapableServer,
    PromptTooLong,
    UnknownVariantType,
    UnknownWorkflow,
)
from variants.models import GenerationRequest, ImageVariant
from variants.vocabulary import VariantType

MAX_COUNT = 64
MAX_PROMPT = 4000
MAX_SEED = 2**63 - 1
RANDOM_SEED_BELOW = 2**53  # a browser's JSON keeps such integers exact


@dataclass(frozen=True)
class Wish:
    """What a person asks for in one go."""

    variant_type: str
    workflow_id: int
    count: int
    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ordered:
    """The request, its pending variants and their jobs, in the same order."""

    request: GenerationRequest
    variants: list[ImageVariant]
    jobs: list[Job]


def refusal(actor: User, character: Character, *, override: bool = False) -> StudioError | None:
    """Why candidates cannot be asked for now, or None; the button says the same sentence."""
    source = character.current_source
    if character.archived_at:
        return Archived(f"{character.name} is archived.")
    if source is None:
        return NoSource("There is no source image yet. Upload one first.")
    report = source.qa_report
    if report is None or report.finished_at is None:
        return QAPending("The automatic checks of the source image have not finished yet.")
    if report.verdict_id == Verdict.FAIL and not _overridden(actor, character, override):
        return QAFailed(
            "The source image failed its automatic checks. Upload a better one, or ask an admin "
            "to override."
        )
    if character.baseline is not BaselineStatus.APPROVED:
        return SourceNotApproved("The baseline is not approved yet. Approve it first.")
    return None


def order(
    actor: User,
    character: Character,
    wish: Wish,
    *,
    override_qa: bool = False,
    idempotency_key: str = "",
) -> Ordered:
    """Write the request, its variants and their jobs; the same key again answers the same rows.

    Raises the refusals of B6 (no_source, qa_pending, qa_failed, source_not_approved), the gate's,
    and 400s for an unknown type or workflow, a count outside 1 to 64, or a value out of range.
    """
    require(actor, "variant.generate", character)
    if idempotency_key and (earlier := _earlier(actor, idempotency_key, character, wish)):
        return earlier
    variant_type, version = _checked(wish)
    with transaction.atomic():
        character = Character.objects.select_for_update(of=("self",)).get(pk=character.pk)
        if idempotency_key and (earlier := _earlier(actor, idempotency_key, character, wish)):
            return earlier
        if reason := refusal(actor, character, override=override_qa):
            raise reason
        pass_gate(character, variant_type.rating)
        source = _source(character)
        seeds = _seeds(wish)
        prompt_for(version, source, b"", seed=seeds[0], key="check", wish=wished(wish))
        overrode = source.qa_report is not None and source.qa_report.verdict_id == Verdict.FAIL
        request = GenerationRequest.objects.create(
            project_id=character.project_id,
            asked_by=actor,
            variant_type=variant_type,
            workflow_version=version,
            count=wish.count,
            prompt=wish.prompt,
            negative_prompt=wish.negative_prompt,
            params=dict(wish.values),
            idempotency_key=idempotency_key,
            overrode_qa=overrode,
        )
        mark_used(version)
        variants = _variants(request, character, source, seeds)
        jobs = _jobs(request, character, variants)
        record(
            actor,
            "variant.generate",
            request,
            after={
                "character": character.pk,
                "type": variant_type.name,
                "count": wish.count,
                "overrode_qa": overrode,
            },
        )
        publishing.variants_created(character, variants)
        fault_point("asking.written")
    fault_point("asking.committed")
    return Ordered(request, variants, jobs)


def wish_again(request: GenerationRequest) -> Wish:
    """The same wish with new random seeds."""
    return Wish(
        variant_type=request.variant_type_id,
        workflow_id=request.workflow_version.workflow_id,
        count=request.count,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        values=request.params,
    )


def new_key() -> str:
    """An idempotency key for a form, so that a double submit asks once."""
    return secrets.token_urlsafe(16)


def _overridden(actor: User, character: Character, override: bool) -> bool:
    return override and bool(can(actor, "variant.override_qa", character))


def _source(character: Character) -> SourceImage:
    if character.current_source is None:
        raise NoSource("There is no source image yet. Upload one first.")
    return character.current_source


def _checked(wish: Wish) -> tuple[VariantType, WorkflowVersion]:
    variant_type = VariantType.objects.filter(
        name=wish.variant_type, archived_at__isnull=True
    ).first()
    if variant_type is None:
        raise UnknownVariantType(
            f"There is no variant type {wish.variant_type!r} in this studio.",
            field="variant_type",
        )
    version = (
        WorkflowVersion.objects.filter(workflow_id=wish.workflow_id, workflow__is_archived=False)
        .select_related("workflow")
        .order_by("-version")
        .first()
    )
    if version is None:
        raise UnknownWorkflow(
            "There is no such workflow. Choose one of the list.", field="workflow_id"
        )
    if not 1 <= wish.count <= MAX_COUNT:
        raise BadCount(
            f"Ask for 1 to {MAX_COUNT} candidates at once.", field="count", limit=MAX_COUNT
        )
    for name in ("prompt", "negative_prompt"):
        if len(getattr(wish, name)) > MAX_PROMPT:
            raise PromptTooLong(
                f"A prompt has at most {MAX_PROMPT:,} characters.", field=name, limit=MAX_PROMPT
            )
    if wish.seed is not None and not 0 <= wish.seed <= MAX_SEED - MAX_COUNT:
        raise BadValue("A seed is a whole number from 0 to 2^63.", field="seed")
    taken = bindings.names(bindings.from_json(version.bindings))
    for name in wish.values:
        if name not in {"denoise", "checkpoint", "steps", "cfg"} or name not in taken:
            raise BadValue(f"This workflow takes no {name}.", field=name)
    _refuse_impossible(version, wish)
    return variant_type, version


def _refuse_impossible(version: WorkflowVersion, wish: Wish) -> None:
    """A node or model that no online server has is told by name now; with none online it waits."""
    if not ComfyServer.objects.filter(status_id=ServerStatus.ONLINE, paused=False).exists():
        return
    if reasons := missing(version, wish.values):
        raise NoCapableServer(" ".join(reasons))


def wished(wish: Wish) -> dict[str, Any]:
    """Everything that the wish says, by the name of its binding."""
    return {"prompt": wish.prompt, "negative_prompt": wish.negative_prompt, **wish.values}


def _seeds(wish: Wish) -> list[int]:
    if wish.seed is not None:
        return [wish.seed + number for number in range(wish.count)]
    return [secrets.randbelow(RANDOM_SEED_BELOW) for _ in range(wish.count)]


def _variants(
    request: GenerationRequest, character: Character, source: SourceImage, seeds: list[int]
) -> list[ImageVariant]:
    return ImageVariant.objects.bulk_create(
        ImageVariant(
            character=character,
            variant_type=request.variant_type,
            workflow_id=request.workflow_version.workflow_id,
            workflow_version=request.workflow_version,
            request=request,
            source_image=source,
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            seed=seed,
            content_rating_id=request.variant_type.rating,
            created_by=request.asked_by,
        )
        for seed in seeds
    )


def _jobs(
    request: GenerationRequest, character: Character, variants: list[ImageVariant]
) -> list[Job]:
    jobs = ask(
        character.project_id,
        request.asked_by,
        [
            Ask(
                kind="variant.generate",
                title=f"{character.name} · {request.variant_type_id} · candidate {number}",
                args={"variant_id": variant.pk},
                url=variant.get_absolute_url(),
                groups=[f"character-{character.pk}"],
            )
            for number, variant in enumerate(variants, start=1)
        ],
    )
    for variant, job in zip(variants, jobs, strict=True):
        variant.job = job
    ImageVariant.objects.bulk_update(variants, ["job"])
    return jobs


def _earlier(actor: User, key: str, character: Character, wish: Wish) -> Ordered | None:
    """What the same key asked for before; KeyReused when that was something else."""
    request = GenerationRequest.objects.filter(asked_by=actor, idempotency_key=key).first()
    if request is None:
        return None
    variants = list(request.variants.select_related("job").order_by("id"))
    asked = (request.variant_type_id, request.count, {v.character_id for v in variants})
    if asked != (wish.variant_type, wish.count, {character.pk}):
        raise KeyReused(f"This key stands for request {request.pk} already. Use a new one.")
    return Ordered(request, variants, [v.job for v in variants if v.job])
