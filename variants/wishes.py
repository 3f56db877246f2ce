"""Wishes: what a person asks for in one go, and whether this studio could ever make it.

It knows variant types, workflows and servers, and no character.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from characters.models import ContentRating
from comfy_bridge import bindings
from comfy_bridge.models import WorkflowVersion
from comfy_bridge.pool import missing
from variants.errors import (
    BadCount,
    BadValue,
    NoCapableServer,
    PromptTooLong,
    UnknownVariantType,
    UnknownWorkflow,
)
from variants.models import GenerationRequest
from variants.options import MAX_OUTFIT, Chosen, Options, options_of
from variants.vocabulary import VariantType

MAX_COUNT = 64
MAX_PROMPT = 4000
MAX_SEED = 2**63 - 1
# Values of these names are fields of the wish itself.
OWN_FIELDS = frozenset({"prompt", "negative_prompt", "seed"})
RANDOM_SEED_BELOW = 2**53  # a browser's JSON keeps such integers exact


@dataclass(frozen=True)
class Wish:
    """What a person asks for in one go; `values` are of the workflow's further bindings."""

    variant_type: str
    workflow_id: int
    count: int
    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    lock_seed: bool = False  # one seed for every candidate
    adult: bool = False
    options: Options = field(default_factory=Options)
    values: Mapping[str, Any] = field(default_factory=dict)

    def by_binding(self) -> dict[str, Any]:
        """Everything that the wish says, by the name of its binding."""
        return {"prompt": self.prompt, "negative_prompt": self.negative_prompt, **self.values}


def wish_again(request: GenerationRequest) -> Wish:
    """The same wish with new random seeds."""
    return Wish(
        variant_type=request.variant_type_id,
        workflow_id=request.workflow_version.workflow_id,
        count=request.count,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        adult=request.rating is ContentRating.ADULT,
        options=options_of(request),
        values=request.params,
    )


def checked(wish: Wish) -> tuple[VariantType, WorkflowVersion]:
    """The type and the workflow that a wish names, once all of it fits; raises what does not."""
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
    if len(wish.options.outfit) > MAX_OUTFIT:
        raise BadValue(f"An outfit has at most {MAX_OUTFIT} characters.", field="outfit")
    if wish.seed is not None and not 0 <= wish.seed <= MAX_SEED - MAX_COUNT:
        raise BadValue("A seed is a whole number from 0 to 2^63.", field="seed")
    taken = bindings.givable(version.declared_bindings)
    for name, value in wish.values.items():
        if name in OWN_FIELDS or name not in taken:
            raise BadValue(f"This workflow takes no {name[:100]}.", field=name[:100])
        bindings.vetted(taken[name], value)
    _refuse_impossible(version, wish)
    return variant_type, version


def _refuse_impossible(version: WorkflowVersion, wish: Wish) -> None:
    """A node or model that no registered server has is told by name, before anything is queued."""
    if reasons := missing(version, wish.values):
        raise NoCapableServer(" ".join(reasons))


def composed(wish: Wish, choice: Chosen) -> str:
    """The very prompt that is sent and stored with each image. Raises PromptTooLong."""
    text = choice.prompt(wish.prompt)
    if len(text) > MAX_PROMPT:
        raise PromptTooLong(
            f"With the words of the presets the prompt has {len(text):,} characters; at most "
            f"{MAX_PROMPT:,} are possible.",
            field="prompt",
            limit=MAX_PROMPT,
        )
    return text


def seeds_of(wish: Wish) -> list[int]:
    """A seed for each candidate: counted up from the wished one, or drawn; locked, one for all."""
    if wish.lock_seed:
        seed = secrets.randbelow(RANDOM_SEED_BELOW) if wish.seed is None else wish.seed
        return [seed] * wish.count
    if wish.seed is not None:
        return [wish.seed + number for number in range(wish.count)]
    return [secrets.randbelow(RANDOM_SEED_BELOW) for _ in range(wish.count)]
