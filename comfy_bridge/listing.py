"""What people are told of workflows: what each takes, and which servers could run it now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from comfy_bridge.bindings import REQUIRED, SEED_MAX, Binding
from comfy_bridge.catalog import missing
from comfy_bridge.models import ComfyServer, WorkflowVersion
from comfy_bridge.pool import models_of, needs_of


@dataclass(frozen=True)
class Taken:
    """One value that a workflow takes; `default` is what its graph says."""

    name: str
    type: str
    default: Any = None
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_picture(self) -> bool:
        return self.type in ("image", "mask")


@dataclass(frozen=True)
class Able:
    """One server, and what it lacks for a workflow (nothing: it could run it)."""

    server: ComfyServer
    lacks: tuple[str, ...]

    @property
    def can_run(self) -> bool:
        return not self.lacks


def current_versions() -> QuerySet[WorkflowVersion]:
    """The newest version of each workflow, with its workflow."""
    newest = WorkflowVersion.objects.filter(workflow=OuterRef("workflow")).order_by("-version")
    rows = WorkflowVersion.objects.annotate(newest=Subquery(newest.values("version")[:1]))
    return rows.filter(version=F("newest")).select_related("workflow")


def taken_by(version: WorkflowVersion, servers: Iterable[ComfyServer] = ()) -> list[Taken]:
    """What a version takes, each name once; of models, the files of the servers to choose from."""
    found: dict[str, Taken] = {}
    keys = {place: need.key for place, need in models_of(version)}
    servers = list(servers)
    for binding in version.declared_bindings:
        if binding.seed_map is not None:
            found.setdefault("seed", Taken("seed", "int", None, 0, SEED_MAX))
        elif binding.type != "prefix":
            names = _files(keys.get((binding.node, binding.input)), servers)
            found.setdefault(binding.name, _taken(version, binding, names))
    return list(found.values())


def _taken(version: WorkflowVersion, binding: Binding, files: tuple[str, ...]) -> Taken:
    value = version.graph[binding.node]["inputs"][binding.input]
    is_told = binding.type not in REQUIRED and binding.name != "seed" and value != ""
    return Taken(
        name=binding.name,
        type=binding.type,
        default=value if is_told else None,
        min=binding.min,
        max=binding.max,
        choices=binding.choices or files,
    )


def _files(key: str | None, servers: list[ComfyServer]) -> tuple[str, ...]:
    if key is None:
        return ()
    return tuple(sorted({name for one in servers for name in one.catalog.models.get(key, ())}))


def able(version: WorkflowVersion, servers: Iterable[ComfyServer]) -> list[Able]:
    """Each server with what it lacks for a version, as it was last read."""
    needs = needs_of(version)
    open_models = {b.name for b in version.declared_bindings if b.type == "model"}
    found = []
    for server in servers:
        if not server.catalog.nodes:
            lacks: tuple[str, ...] = ("It has not told what it has yet.",)
        else:
            faults = missing(needs, server.catalog)
            # Several to choose from is no lack where a person may choose.
            lacks = tuple(
                fault.sentence
                for fault in faults
                if not (open_models and fault.extra.get("model") == "" and fault.extra["available"])
            )
        found.append(Able(server, lacks))
    return found
