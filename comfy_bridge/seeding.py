"""Writes the built-in workflows from their recipes after every migrate; safe to repeat."""

import hashlib
from typing import Any

from django.db import connections, transaction

from comfy_bridge.bindings import Binding, to_json
from comfy_bridge.catalog import needs_of
from comfy_bridge.graph import canonical, output_nodes
from comfy_bridge.models import Workflow, WorkflowVersion
from comfy_bridge.recipes import Recipe, built_in
from comfy_bridge.requests import Graph
from people.models import User


def content_hash(graph: Graph, bindings: tuple[Binding, ...]) -> str:
    """SHA-256 (hex) of a graph with its bindings."""
    return hashlib.sha256(canonical([graph, to_json(bindings)])).hexdigest()


def add_version(
    workflow: Workflow,
    graph: Graph,
    bindings: tuple[Binding, ...],
    created_by: User | None = None,
    using: str = "default",
) -> WorkflowVersion:
    """The workflow's newest version with this content: the latest one, or one more."""
    fingerprint = content_hash(graph, bindings)
    versions = WorkflowVersion.objects.using(using).filter(workflow=workflow)
    latest = versions.order_by("-version").first()
    if latest is not None and latest.content_hash == fingerprint:
        return latest
    return WorkflowVersion.objects.using(using).create(
        workflow=workflow,
        version=1 if latest is None else latest.version + 1,
        graph=graph,
        bindings=to_json(bindings),
        outputs=list(output_nodes(graph)),
        needs=needs_of(graph).as_json(),
        content_hash=fingerprint,
        created_by=created_by,
    )


def seed_workflows(using: str = "default") -> None:
    """Create each built-in workflow once, and a new version when its recipe has changed."""
    for recipe in built_in():
        with transaction.atomic(using=using):
            add_version(_workflow(recipe, using), recipe.graph, recipe.bindings, using=using)


def _workflow(recipe: Recipe, using: str) -> Workflow:
    workflow, _ = Workflow.objects.using(using).get_or_create(
        name=recipe.name,
        defaults={
            "title": recipe.title,
            "kind": recipe.kind,
            "description": recipe.description,
        },
    )
    return workflow


def after_migrate(using: str, **_: Any) -> None:
    """Receiver of post_migrate: nothing to do while the tables are not there yet."""
    tables = connections[using].introspection.table_names()
    if WorkflowVersion._meta.db_table in tables:
        seed_workflows(using)
