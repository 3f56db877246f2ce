"""Which inpainting workflow takes an edit when nobody names one; it knows servers and recipes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from comfy_bridge.catalog import missing
from comfy_bridge.mask_places import reads_mask
from comfy_bridge.models import ComfyServer, WorkflowVersion
from comfy_bridge.pool import needs_of
from variants.errors import UnknownWorkflow
from variants.images import Image
from variants.models import ImageVariant


@dataclass(frozen=True)
class Choice:
    """A workflow, and the values that its choice added (a checkpoint)."""

    version: WorkflowVersion
    values: Mapping[str, Any] = field(default_factory=dict)


def inpainting_workflows() -> list[WorkflowVersion]:
    """The newest version of each workflow that can inpaint, those of models first."""
    rows = WorkflowVersion.objects.filter(
        workflow__kind="inpaint", workflow__is_archived=False
    ).select_related("workflow")
    newest: dict[int, WorkflowVersion] = {}
    for version in rows.order_by("workflow_id", "version"):
        newest[version.workflow_id] = version
    able = [v for v in newest.values() if reads_mask(v.graph, v.declared_bindings)]
    return sorted(able, key=lambda version: not version.needs["models"])


def choose(image: Image, values: Mapping[str, Any]) -> Choice:
    """The first workflow for which a server that may be given work has everything.

    Where several checkpoints are there and none is named, it is the one that made the image, else
    the only one that calls itself an inpainting one; a first of a list it never is. With no server
    to ask it is the one that needs no model. Raises UnknownWorkflow when there is none at all.
    """
    versions = inpainting_workflows()
    servers = [server for server in ComfyServer.objects.with_open() if server.is_accepting]
    for version in versions:
        if _able(version, values, servers):
            return Choice(version)
        for checkpoint in _likely(image, servers):
            added = {"checkpoint": checkpoint}
            takes = {binding.name for binding in version.declared_bindings}
            if "checkpoint" in takes and _able(version, {**values, **added}, servers):
                return Choice(version, added)
    if not versions:
        raise UnknownWorkflow(
            "There is no workflow that inpaints. An admin can add one.", field="workflow_id"
        )
    return Choice(versions[-1])


def _able(
    version: WorkflowVersion, values: Mapping[str, Any], servers: Iterable[ComfyServer]
) -> bool:
    needs = needs_of(version, values)
    return any(server.catalog.nodes and not missing(needs, server.catalog) for server in servers)


def _likely(image: Image, servers: Iterable[ComfyServer]) -> list[str]:
    there = {name for server in servers for name in server.catalog.checkpoints}
    made_with = []
    if isinstance(image, ImageVariant):
        graph = image.generation_params.get("graph", {})
        made_with = [str(node["inputs"].get("ckpt_name", "")) for node in graph.values()]
    inpainting = [name for name in there if "inpaint" in name.lower()]
    only = inpainting if len(inpainting) == 1 else []
    return [name for name in [*made_with, *only] if name in there]
