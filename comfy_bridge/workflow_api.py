"""REST: workflows. Everybody sees what each takes; admins add them, makers validate them."""

import json
from typing import Any

from django.conf import settings
from rest_framework.decorators import parser_classes
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.response import Response

from comfy_bridge import describing, listing, uploading
from comfy_bridge.addresses import Network, networks
from comfy_bridge.allowed import allowed
from comfy_bridge.bindings import Binding, from_json
from comfy_bridge.descriptions import Descriptions
from comfy_bridge.detecting import detect
from comfy_bridge.errors import BindingRefused, NoServerToAsk, ServerSilent, UnfitGraph
from comfy_bridge.models import ComfyServer, Workflow, WorkflowVersion
from comfy_bridge.reading import HOW_TO_EXPORT, MAX_FILE_BYTES, parse
from comfy_bridge.requests import Graph
from comfy_bridge.workflow_shapes import (
    ValidationAsk,
    ValidationJson,
    WholeWorkflowJson,
    WorkflowAsk,
    WorkflowJson,
    WorkflowVersionAsk,
    WorkflowVersionJson,
    WorkflowWords,
    held_json,
    version_json,
    whole_json,
    workflow_json,
)
from people.access import require
from people.requests import SignedIn, api_view, body, plain
from studio.lib.addresses import LARGEST
from studio.lib.errors import NotFound
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both


class StrictJson(BaseParser):
    """JSON of at most a workflow's size; a name given twice in one object is refused."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            found = parse(stream.read(MAX_FILE_BYTES + 1))
            json.dumps(found, ensure_ascii=False).encode()
        except UnfitGraph as error:
            raise ParseError(error.sentence) from error
        except UnicodeEncodeError as error:
            raise ParseError("The JSON holds half of a surrogate pair.") from error
        return found


_PARSERS = [StrictJson, MultiPartParser, FormParser]


@operation("GET", Page[WorkflowJson], query=PAGED)
@operation("POST", WholeWorkflowJson, status=201, takes=WorkflowAsk)
@api_view(["GET", "POST"])
@parser_classes(_PARSERS)
def workflows(request: SignedIn) -> Response:
    """The workflows that can be asked for, newest first; POST adds one."""
    require(request.user, "workflow.view")
    if request.method == "POST":
        return _created(request)
    rows = Workflow.objects.filter(is_archived=False)
    found, following = page_of(request, rows)
    versions = {row.workflow_id: row for row in listing.current_versions().filter(
        workflow__in=found
    )}  # fmt: skip
    servers = list(ComfyServer.objects.all())
    results = [workflow_json(versions[row.pk], servers) for row in found if row.pk in versions]
    return Response({"results": results, "next": following})


@operation("GET", WholeWorkflowJson)
@operation("PATCH", WholeWorkflowJson, takes=WorkflowWords)
@api_view(["GET", "PATCH"])
def workflow(request: SignedIn, pk: int) -> Response:
    """What it takes and who can run it; for admins also the graph and every version."""
    row = workflow_for(request, pk)
    if request.method == "PATCH":
        require(request.user, "workflow.edit")
        sent = body(request)
        changes: dict[str, Any] = {
            name: plain(name, sent[name]) for name in ("title", "description") if name in sent
        }
        if isinstance(sent.get("is_archived"), bool):
            changes["is_archived"] = sent["is_archived"]
        uploading.describe(request.user, row, changes)
    return Response(whole_json(request.user, row.latest()))


@operation("GET", Page[WorkflowVersionJson], query=PAGED)
@operation("POST", WholeWorkflowJson, status=201, takes=WorkflowVersionAsk)
@api_view(["GET", "POST"])
@parser_classes(_PARSERS)
def versions(request: SignedIn, pk: int) -> Response:
    """Every version, newest first; POST a new graph, new bindings or both.

    What is not sent stays as it is; without a change the newest version is answered (200).
    """
    row = workflow_for(request, pk)
    require(request.user, "workflow.edit")
    if request.method == "GET":
        found, following = page_of(request, row.versions.select_related("created_by"))
        return Response({"results": [version_json(one) for one in found], "next": following})
    latest = row.latest()
    graph = _graph(request) if _has_graph(request) else latest.graph
    declared = _declared(request)
    if declared is None:
        declared = uploading.carried_over(latest, graph)
    version = uploading.revise(request.user, row, graph, declared)
    return Response(whole_json(request.user, version), status=200 if version == latest else 201)


@operation("POST", ValidationJson, takes=ValidationAsk)
@api_view(["POST"])
def validate(request: SignedIn, pk: int) -> Response:
    """Hold the newest version (or `version`) against `server`, or against all that are online."""
    row = workflow_for(request, pk)
    require(request.user, "workflow.validate")
    version = _version(request, row)
    asked = describing.servers_to_ask(_named(request, "server"))
    held = describing.held_against_each(version, asked, _networks())
    results = [held_json(one) for one in held]
    best = min(results, key=lambda one: (not one["asked"], not one["valid"]))
    answer: ValidationJson = {
        "workflow": row.pk,
        "version": version.version,
        "server": best["server"],
        "asked": best["asked"],
        "valid": best["valid"],
        "problems": best["problems"],
        "servers": results,
    }
    return Response(answer)


def _networks() -> tuple[Network, ...]:
    return networks(settings.COMFYUI_NETWORKS)


# --- what is read -------------------------------------------------------------------------------


def workflow_for(request: SignedIn, pk: int) -> Workflow:
    """The workflow, for those who may see workflows; NotFound when there is none."""
    require(request.user, "workflow.view")
    row = Workflow.objects.filter(pk=pk, versions__isnull=False).first()
    if row is None:
        raise NotFound("There is no such workflow.")
    return row


def _created(request: SignedIn) -> Response:
    require(request.user, "workflow.edit")
    graph = _graph(request)
    found = detect(graph)
    declared = _declared(request)
    version = uploading.create(
        request.user,
        name=_text(request, "name"),
        title=_text(request, "title"),
        kind=_text(request, "kind") or found.kind,  # type: ignore[arg-type]  # checked there
        description=_text(request, "description"),
        graph=graph,
        bindings=found.bindings if declared is None else declared,
    )
    return Response(whole_json(request.user, version), status=201)


def _has_graph(request: SignedIn) -> bool:
    names = ("graph", "workflow")
    return "file" in request.FILES or any(name in body(request) for name in names)


def _graph(request: SignedIn) -> Graph:
    """The checked graph of the field `file`, `graph` or `workflow`."""
    if file := request.FILES.get("file"):
        document = parse(file.read(MAX_FILE_BYTES + 1))
    else:
        sent = body(request)
        document = sent.get("graph", sent.get("workflow"))
        if document is None:
            raise uploading.nothing_sent()
        if isinstance(document, str):
            document = parse(document)
    server = _named(request, "server")

    def describe(classes: Any) -> Descriptions:
        try:
            return describing.best_descriptions(server, _networks(), classes)
        except (NoServerToAsk, ServerSilent) as error:
            # Without what a server says the file cannot be read; as an API export it can.
            raise type(error)(f"{error.sentence} {HOW_TO_EXPORT}", **error.extra) from error

    return uploading.graph_of(document, allowed(settings.COMFYUI_NODE_CLASSES), describe)


def _declared(request: SignedIn) -> tuple[Binding, ...] | None:
    """The bindings that are sent; None when they are to be detected."""
    sent = body(request).get("bindings")
    if sent is None or sent == "":
        return None
    if isinstance(sent, str):
        try:
            sent = parse(sent)
        except UnfitGraph as error:
            raise BindingRefused("Bindings are a list of objects.", field="bindings") from error
    return from_json(sent)


def _text(request: SignedIn, name: str) -> str:
    return plain(name, body(request).get(name, ""))


def _named(request: SignedIn, name: str) -> str:
    """A text or a number of the body, as text."""
    value = body(request).get(name, "")
    return str(value) if isinstance(value, int) else plain(name, value)


def _version(request: SignedIn, row: Workflow) -> WorkflowVersion:
    wanted = _named(request, "version")
    if not wanted:
        return row.latest()
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else LARGEST
    found = row.versions.filter(version=min(number, 2**31 - 1)).first()
    if found is None:
        raise NotFound("The workflow has no such version.")
    return found


urlpatterns = [
    *both("workflows", workflows, "api-workflows"),
    *both("workflows/<int:pk>", workflow, "api-workflow"),
    *both("workflows/<int:pk>/versions", versions, "api-workflow-versions"),
    *both("workflows/<int:pk>/validate", validate, "api-workflow-validate"),
]
