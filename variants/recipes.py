"""What a variant was made by: its parameters by name, and where those of two variants differ.

Reads rows and stored graphs; sends and writes nothing.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from comfy_bridge.graph import is_link
from comfy_bridge.models import WorkflowVersion
from comfy_bridge.requests import BoundPrompt
from variants.errors import NotReproducible
from variants.models import ImageVariant

# Ours alone, and another for every candidate: no parameter of a recipe.
OUTPUT_PREFIX = "output_prefix"


@dataclass(frozen=True)
class Difference:
    """One parameter and its two values; None where a recipe has no such parameter."""

    parameter: str
    this: Any
    other: Any


def parameters(variant: ImageVariant) -> dict[str, Any]:
    """Everything that the picture depends on, by name; empty values are left out."""
    params = variant.generation_params
    source, server = variant.source_image, params.get("server") or {}
    found: dict[str, Any] = {
        "variant_type": variant.variant_type_id,
        "provenance": variant.provenance,
        "workflow": params.get("workflow"),
        "workflow_version": params.get("workflow_version"),
        "source_version": source.version if source else None,
        "source_sha256": source.sha256 if source else None,
        "parent_variant": variant.parent_variant_id,
        "mask_sha256": variant.mask.sha256 if variant.mask else None,
        "mask_coverage": round(variant.mask.coverage, 6) if variant.mask else None,
        "server": server.get("name"),
        "server_version": server.get("version"),
        "scene": variant.scene.name if variant.scene else None,
        "environment": variant.environment.name if variant.environment else None,
        "outfit": variant.outfit,
        "aspect_ratio": variant.aspect_ratio.name if variant.aspect_ratio else None,
        "quality_mode": variant.quality_mode.name if variant.quality_mode else None,
        "prompt": variant.prompt,
        "negative_prompt": variant.negative_prompt,
        "edit_prompt": variant.edit_prompt,
        "edit_type": variant.edit_type,
        "seed": variant.seed,
        **(variant.request.params | variant.request.bound if variant.request else {}),
        **_of_graph(params.get("graph") or {}, variant.workflow_version),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def differences(this: ImageVariant, other: ImageVariant) -> list[Difference]:
    """The parameters that differ, in the order of `this` recipe."""
    mine, theirs = parameters(this), parameters(other)
    names = dict.fromkeys([*mine, *theirs])
    return [
        Difference(name, mine.get(name), theirs.get(name))
        for name in names
        if mine.get(name) != theirs.get(name)
    ]


def again(original: ImageVariant, prompt: BoundPrompt, *, is_spent: bool) -> BoundPrompt:
    """The prompt that runs the original's recorded graph; `prompt` is bound for the new variant.

    Only a first try whose file is gone (`is_spent`) gets the new variant's own output folder.
    Raises NotReproducible when an input is not what it was.
    """
    recorded = original.generation_params
    wanted = {f"{item['subfolder']}/{item['name']}" for item in recorded["inputs"]}
    if wanted != {upload.value for upload in prompt.uploads}:
        raise NotReproducible(
            f"An input of candidate {original.pk} is not what it was, so its recipe cannot be run "
            "again exactly."
        )
    graph = deepcopy(recorded["graph"])
    if is_spent and original.workflow_version:
        for binding in original.workflow_version.declared_bindings:
            if binding.name == OUTPUT_PREFIX:
                new = prompt.graph[binding.node]["inputs"][binding.input]
                graph[binding.node]["inputs"][binding.input] = new
    return BoundPrompt(graph=graph, outputs=prompt.outputs, uploads=prompt.uploads)


def models_of(original: ImageVariant) -> dict[str, Any]:
    """The model names that the recorded graph has, by binding."""
    version, graph = original.workflow_version, original.generation_params["graph"]
    declared = version.declared_bindings if version else ()
    return {
        binding.name: graph[binding.node]["inputs"][binding.input]
        for binding in declared
        if binding.type == "model"
    }


def _of_graph(graph: dict[str, Any], version: WorkflowVersion | None) -> dict[str, Any]:
    declared = version.declared_bindings if version else ()
    names = {(binding.node, binding.input): binding.name for binding in declared}
    found = {}
    for node_id, node in graph.items():
        for name, value in node["inputs"].items():
            bound = names.get((node_id, name))
            if bound == OUTPUT_PREFIX or (bound is None and name == "filename_prefix"):
                continue
            label = bound or f"{node['class_type']} {node_id} · {name}"
            found[label] = " output ".join(map(str, value)) if is_link(value) else value
    return found
