"""Workflows that admins add: from an uploaded document to a stored version, and their edits.

What is checked here holds for page, API and command alike. A version is never changed: a change of
graph or bindings is a version more.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from audit.recording import record
from comfy_bridge import converting, declaring
from comfy_bridge.bindings import Binding
from comfy_bridge.descriptions import Descriptions
from comfy_bridge.detecting import detect
from comfy_bridge.errors import BuiltInWorkflow, UnfitGraph, WorkflowExists, WorkflowRefused
from comfy_bridge.graph import NO_GRAPH, check, is_link, tidy
from comfy_bridge.models import KINDS, Workflow, WorkflowVersion
from comfy_bridge.reading import HOW_TO_EXPORT, format_of, unwrapped
from comfy_bridge.recipes import built_in
from comfy_bridge.recipes.recipe import Kind
from comfy_bridge.requests import Graph
from comfy_bridge.versions import add_version
from people.access import require
from people.models import User

NAME = re.compile(r"[a-z][a-z0-9_]{1,59}")
MAX_TITLE = 120
MAX_DESCRIPTION = 2000
Describe = Callable[[Collection[str]], Descriptions]


def graph_of(document: Any, allowed: Collection[str], describe: Describe) -> Graph:
    """The checked graph of an uploaded document of either format.

    `describe` is asked only for what ComfyUI's page has saved. Raises UnfitGraph and its kin,
    and what `describe` raises.
    """
    document = unwrapped(document)
    match format_of(document):
        case "ui":
            classes = converting.classes_of(document)
            refused = sorted(classes - frozenset(allowed))
            if refused:
                raise UnfitGraph(
                    f"The workflow uses {refused[0][:80]}, which is not on the allow-list of node "
                    "classes. An operator can add it (COMFYUI_NODE_CLASSES).",
                    reasons=[f"{name[:80]} is not on the allow-list." for name in refused[:20]],
                )
            if not classes:
                raise UnfitGraph("The workflow has no node that a server would run.")
            document = converting.converted(document, describe(classes))
        case "unknown":
            raise UnfitGraph(f"{NO_GRAPH} {HOW_TO_EXPORT}", reasons=[NO_GRAPH])
    return tidy(check(document, allowed))


def nothing_sent() -> UnfitGraph:
    """The refusal of an upload without a workflow in it."""
    return UnfitGraph(
        "Send the workflow as `graph` (JSON), or as the multipart field `file`.",
        code="no_file",
        field="graph",
    )


def create(
    actor: User,
    *,
    name: str,
    title: str,
    kind: Kind,
    graph: Graph,
    bindings: Sequence[Binding],
    description: str = "",
) -> WorkflowVersion:
    """A new workflow with its first version; `graph` is one that `graph_of` gave.

    Raises BindingRefused, WorkflowRefused and WorkflowExists.
    """
    require(actor, "workflow.edit")
    if not NAME.fullmatch(name):
        raise WorkflowRefused(
            "A name has 2 to 60 small letters, digits and _, and begins with a letter.",
            field="name",
        )
    if kind not in KINDS:
        raise WorkflowRefused(f"A workflow is of kind {', '.join(KINDS)}.", field="kind")
    title, description = _words(title or name, description)
    declaring.check(graph, bindings, kind)
    with transaction.atomic():
        workflow, is_new = Workflow.objects.get_or_create(
            name=name, defaults={"title": title, "kind": kind, "description": description}
        )
        if not is_new:
            raise WorkflowExists(
                f"There is a workflow {name} already. Add a version to it, or choose a name.",
                field="name",
                workflow=workflow.pk,
            )
        version = add_version(workflow, graph, bindings, actor)
        after = {"name": name, "kind": kind, "content_hash": version.content_hash}
        record(actor, "workflow.create", workflow, after=after)
    return version


def revise(
    actor: User, workflow: Workflow, graph: Graph, bindings: Sequence[Binding]
) -> WorkflowVersion:
    """The next version of a workflow; with the same content the latest one is answered.

    Raises BindingRefused and BuiltInWorkflow.
    """
    require(actor, "workflow.edit")
    if workflow.name in {recipe.name for recipe in built_in()}:
        raise BuiltInWorkflow(
            f"{workflow.title} is built in: save it as a workflow of your own, with another name."
        )
    kind: Kind = workflow.kind  # type: ignore[assignment]  # a CHECK keeps it one
    declaring.check(graph, bindings, kind)
    with transaction.atomic():
        # Held, so that two who revise at once do not take the same number.
        Workflow.objects.select_for_update().get(pk=workflow.pk)
        before = workflow.latest()
        version = add_version(workflow, graph, bindings, actor)
        if version != before:
            record(
                actor,
                "workflow.revise",
                workflow,
                before={"version": before.version, "content_hash": before.content_hash},
                after={"version": version.version, "content_hash": version.content_hash},
            )
    return version


def carried_over(latest: WorkflowVersion, graph: Graph) -> tuple[Binding, ...]:
    """The bindings of a version that fit another graph, and what is detected beside them."""
    kept = [
        _widened(binding, graph)
        for binding in latest.declared_bindings
        if binding.node in graph
        and graph[binding.node]["class_type"] == latest.graph[binding.node]["class_type"]
        and binding.input in graph[binding.node]["inputs"]
        and not is_link(graph[binding.node]["inputs"][binding.input])
    ]
    if graph == latest.graph:
        return tuple(kept)
    places = {(binding.node, binding.input) for binding in kept}
    taken = {binding.name: binding.type for binding in kept}
    more = [
        binding
        for binding in detect(graph).bindings
        if (binding.node, binding.input) not in places
        and taken.get(binding.name, binding.type) == binding.type
    ]
    return (*kept, *more)


def _widened(binding: Binding, graph: Graph) -> Binding:
    """The binding with a range, or choices, that hold what the graph itself says."""
    value = graph[binding.node]["inputs"][binding.input]
    if binding.type == "choice" and isinstance(value, str) and value not in binding.choices:
        return replace(binding, choices=(*binding.choices, value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return binding
    low, high = binding.min, binding.max
    return replace(
        binding,
        min=low if low is None else min(low, value),
        max=high if high is None else max(high, value),
    )


def describe(actor: User, workflow: Workflow, changes: dict[str, Any]) -> Workflow:
    """Edit `title`, `description` and `is_archived`: what it is called, not what it does."""
    require(actor, "workflow.edit")
    known = {name: getattr(workflow, name) for name in ("title", "description", "is_archived")}
    wanted = {name: changes.get(name, value) for name, value in known.items()}
    wanted["title"], wanted["description"] = _words(wanted["title"], wanted["description"])
    changed = {name: value for name, value in wanted.items() if value != known[name]}
    if changed:
        with transaction.atomic():
            Workflow.objects.filter(pk=workflow.pk).update(**changed)
            before = {name: known[name] for name in changed}
            record(actor, "workflow.edit", workflow, before=before, after=changed)
        workflow.refresh_from_db()
    return workflow


def _words(title: str, description: str) -> tuple[str, str]:
    title, description = " ".join(title.split()), description.strip()
    if not title or len(title) > MAX_TITLE:
        raise WorkflowRefused(f"A title has 1 to {MAX_TITLE} characters.", field="title")
    if len(description) > MAX_DESCRIPTION:
        raise WorkflowRefused(
            f"A description has at most {MAX_DESCRIPTION} characters.", field="description"
        )
    return title, description
