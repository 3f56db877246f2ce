"""Which workflow the demo takes: a rule over what the API lists, without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from script.launch.telling import LaunchError


@dataclass(frozen=True)
class Choice:
    """A workflow, the checkpoint it gets, and why."""

    workflow: int
    name: str
    checkpoint: str | None
    why: str


def choose_workflow(
    workflows: Sequence[Mapping[str, Any]], checkpoints: Sequence[str], wanted: str | None
) -> Choice:
    """Stable Diffusion with the wanted or the only checkpoint, else the model-free workflow.

    Raises LaunchError when no server has the wanted checkpoint.
    """
    if wanted is not None:
        if wanted not in checkpoints:
            have = ", ".join(checkpoints) or "none"
            raise LaunchError(f"No server has the checkpoint {wanted}. They have: {have}.")
        return _choice(workflows, wanted, "--checkpoint names its checkpoint")
    if len(checkpoints) == 1:
        return _choice(workflows, checkpoints[0], "the servers have exactly one checkpoint")
    if checkpoints:
        listed = ", ".join(checkpoints)
        why = f"it needs no model, and --checkpoint does not say which of these to take: {listed}"
    else:
        why = "it needs no model, and the servers have no checkpoint"
    return _choice(workflows, None, why)


def _choice(workflows: Sequence[Mapping[str, Any]], checkpoint: str | None, why: str) -> Choice:
    name = "sd_img2img" if checkpoint else "modelfree_img2img"
    for row in workflows:
        if row["name"] == name:
            words = f"{why}: {checkpoint}" if checkpoint else why
            return Choice(int(row["id"]), row["title"], checkpoint, words)
    raise LaunchError(f"The studio does not list its built-in workflow {name}.")
