"""Adding a version to a workflow: the only place that does, and whom it tells.

Versions are never changed here: a change is a version more.
"""

import hashlib
from collections.abc import Callable, Sequence

from comfy_bridge.bindings import Binding, to_json
from comfy_bridge.catalog import needs_of
from comfy_bridge.graph import canonical, output_nodes
from comfy_bridge.models import Workflow, WorkflowVersion
from comfy_bridge.requests import Graph
from people.models import User

Added = Callable[[WorkflowVersion, WorkflowVersion | None], None]

# Called in the transaction that adds a version, with the version and the one before it (None for
# a workflow's first). An app above registers here what a change of models means to it.
ON_ADDED: list[Added] = []


def content_hash(graph: Graph, bindings: Sequence[Binding]) -> str:
    """SHA-256 (hex) of a graph with its bindings."""
    return hashlib.sha256(canonical([graph, to_json(bindings)])).hexdigest()


def add_version(
    workflow: Workflow,
    graph: Graph,
    bindings: Sequence[Binding],
    created_by: User | None = None,
    using: str = "default",
) -> WorkflowVersion:
    """The workflow's newest version with this content: the latest one, or one more.

    Inside a transaction of the caller's; what `ON_ADDED` raises takes the version back.
    """
    fingerprint = content_hash(graph, bindings)
    versions = WorkflowVersion.objects.using(using).filter(workflow=workflow)
    latest = versions.order_by("-version").first()
    if latest is not None and latest.content_hash == fingerprint:
        return latest
    added = WorkflowVersion.objects.using(using).create(
        workflow=workflow,
        version=1 if latest is None else latest.version + 1,
        graph=graph,
        bindings=to_json(bindings),
        outputs=list(output_nodes(graph)),
        needs=needs_of(graph).as_json(),
        content_hash=fingerprint,
        created_by=created_by,
    )
    for tell in ON_ADDED:
        tell(added, latest)
    return added
