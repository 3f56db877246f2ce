"""Writes the built-in workflows from their recipes after every migrate; safe to repeat."""

from typing import Any

from django.db import connections, transaction

from comfy_bridge.models import Workflow, WorkflowVersion
from comfy_bridge.recipes import Recipe, built_in
from comfy_bridge.versions import add_version


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
