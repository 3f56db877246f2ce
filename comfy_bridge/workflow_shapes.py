"""REST: what the API takes and says of workflows, as typed dicts and their makers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict, cast

from comfy_bridge.bindings import to_json
from comfy_bridge.catalog import needs_of
from comfy_bridge.describing import Held
from comfy_bridge.listing import Able, Taken, able, taken_by
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from comfy_bridge.validating import Problem
from people.access import can
from people.models import User


class WorkflowAsk(TypedDict, total=False):
    """A workflow to be added: `graph` is JSON in either format, or `file` a multipart field.

    Bindings that are not sent are detected, and so is the kind.
    """

    name: str
    title: str
    description: str
    kind: str
    graph: dict[str, Any] | str
    bindings: list[dict[str, Any]]
    server: int | str


class WorkflowVersionAsk(TypedDict, total=False):
    """A new version: a graph, bindings, or both."""

    graph: dict[str, Any] | str
    bindings: list[dict[str, Any]]
    server: int | str


class WorkflowWords(TypedDict, total=False):
    """What a workflow is called, and whether it is offered."""

    title: str
    description: str
    is_archived: bool


class ValidationAsk(TypedDict, total=False):
    """Which server to ask (id or name; none: all that are online), and of which version."""

    server: int | str
    version: int


class TakenJson(TypedDict):
    """One value that a workflow takes; `default` is what its graph says."""

    name: str
    type: str
    required: bool
    default: str | float | bool | None
    min: float | None
    max: float | None
    choices: list[str]


class AbleJson(TypedDict):
    """A server, and what it lacks to run the workflow, as of the last time that it was read."""

    id: int
    name: str
    online: bool
    can_run: bool
    lacks: list[str]


class WorkflowJson(TypedDict):
    """A workflow in its newest version; `takes` names what can be asked of it."""

    id: int
    name: str
    title: str
    kind: str
    description: str
    is_archived: bool
    version: int
    takes: list[str]
    bindings: list[TakenJson]
    servers: list[AbleJson]


class WorkflowVersionJson(TypedDict):
    """One version, as admins see it."""

    id: int
    version: int
    content_hash: str
    graph: dict[str, Any]
    bindings: list[dict[str, Any]]
    outputs: list[str]
    needs: dict[str, Any]
    used_at: datetime | None
    created_by: str | None
    created_at: datetime


class WholeWorkflowJson(WorkflowJson):
    """A workflow with its newest version, which admins see."""

    current: NotRequired[WorkflowVersionJson]


class ProblemJson(TypedDict):
    """One thing that keeps a server from running a workflow, or a warning."""

    code: str
    severity: str
    node: str | None
    input: str | None
    detail: str
    available: NotRequired[list[str]]
    limit: NotRequired[float]
    value: NotRequired[Any]


class NamedServerJson(TypedDict):
    """A server by id and name."""

    id: int
    name: str


class HeldJson(TypedDict):
    """A workflow held against one server; not `asked` when that did not answer."""

    server: NamedServerJson
    asked: bool
    valid: bool
    problems: list[ProblemJson]


class ValidationJson(HeldJson):
    """What the server says that fits best, and what each says."""

    workflow: int
    version: int
    servers: list[HeldJson]


def workflow_json(version: WorkflowVersion, servers: Sequence[ComfyServer]) -> WorkflowJson:
    """What the API says of a workflow, by its newest version."""
    row = version.workflow
    taken = taken_by(version, servers)
    return {
        "id": row.pk,
        "name": row.name,
        "title": row.title,
        "kind": row.kind,
        "description": row.description,
        "is_archived": row.is_archived,
        "version": version.version,
        "takes": sorted(one.name for one in taken),
        "bindings": [_taken_json(one) for one in taken],
        "servers": [_able_json(one) for one in able(version, servers)],
    }


def whole_json(user: User, version: WorkflowVersion) -> WholeWorkflowJson:
    """The same, and for admins the version itself."""
    said = cast("WholeWorkflowJson", workflow_json(version, list(ComfyServer.objects.all())))
    if can(user, "workflow.edit"):
        said["current"] = version_json(version)
    return said


def version_json(version: WorkflowVersion) -> WorkflowVersionJson:
    """What the API says of one version, to admins."""
    return {
        "id": version.pk,
        "version": version.version,
        "content_hash": version.content_hash,
        "graph": version.graph,
        "bindings": to_json(version.declared_bindings),
        "outputs": version.outputs,
        "needs": needs_of(version.graph).as_json(),
        "used_at": version.used_at,
        "created_by": version.created_by.get_username() if version.created_by else None,
        "created_at": version.created_at,
    }


def held_json(held: Held) -> HeldJson:
    """What the API says of a workflow held against one server."""
    return {
        "server": {"id": held.server.pk, "name": held.server.name},
        "asked": held.silent is None,
        "valid": held.is_valid,
        "problems": [problem_json(problem) for problem in held.told],
    }


def problem_json(problem: Problem) -> ProblemJson:
    """What the API says of one problem."""
    said: ProblemJson = {
        "code": problem.code,
        "severity": problem.severity,
        "node": problem.node or None,
        "input": problem.input or None,
        "detail": problem.sentence,
    }
    if "available" in problem.extra:
        said["available"] = problem.extra["available"]
    if "limit" in problem.extra:
        said["limit"] = problem.extra["limit"]
    if "value" in problem.extra:
        said["value"] = problem.extra["value"]
    return said


def _taken_json(taken: Taken) -> TakenJson:
    return {
        "name": taken.name,
        "type": taken.type,
        "required": taken.is_picture,
        "default": taken.default,
        "min": taken.min,
        "max": taken.max,
        "choices": list(taken.choices),
    }


def _able_json(one: Able) -> AbleJson:
    return {
        "id": one.server.pk,
        "name": one.server.name,
        "online": one.server.status_id == ServerStatus.ONLINE,
        "can_run": one.can_run,
        "lacks": list(one.lacks),
    }
