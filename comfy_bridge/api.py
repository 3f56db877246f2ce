"""REST: servers, for admins; the routes of workflows are in workflow_api.py."""

from datetime import datetime
from typing import TypedDict

from django.forms import model_to_dict
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from comfy_bridge import operating, workflow_api
from comfy_bridge.forms import ServerForm
from comfy_bridge.models import ComfyServer, ServerStatus
from people.access import require
from people.requests import SignedIn, api_view, body, plain
from studio.lib.errors import NotFound
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both


class ServerJson(TypedDict):
    """A registered ComfyUI server."""

    id: int
    name: str
    url: str
    status: str
    breaker: str
    failures: int
    retry_at: datetime | None
    slots: int
    room: int
    paused: bool
    sandbox: bool
    version: str
    checkpoints: list[str]
    open_submissions: int
    agent_url: str
    restart_hook: str
    last_seen_at: datetime | None
    last_error: str


class ServerAsk(TypedDict, total=False):
    """What an admin says of a server; its addresses lie in the operator's networks."""

    name: str
    url: str
    slots: int
    agent_url: str
    restart_hook: str


def server_json(server: ComfyServer) -> ServerJson:
    """What the API says of a server loaded by `with_open()`."""
    return {
        "id": server.pk,
        "name": server.name,
        "url": server.url,
        "status": ServerStatus.of(server.status_id).label,
        "breaker": server.breaker,
        "failures": server.failures,
        "retry_at": server.retry_at,
        "slots": server.slots,
        "room": server.room,
        "paused": server.paused,
        "sandbox": server.is_sandbox,
        "version": server.version,
        "checkpoints": list(server.catalog.checkpoints),
        "open_submissions": server.open_submissions,
        "agent_url": server.agent_url,
        "restart_hook": server.restart_hook,
        "last_seen_at": server.last_seen_at,
        "last_error": server.last_error,
    }


def server_for(request: SignedIn, pk: int) -> ComfyServer:
    """The server, for those who may see servers; NotFound when there is none."""
    require(request.user, "server.view")
    server = ComfyServer.objects.with_open().filter(pk=pk).first()
    if server is None:
        raise NotFound("There is no such ComfyUI server.")
    return server


@operation("GET", Page[ServerJson], query=PAGED)
@operation("POST", ServerJson, status=201, takes=ServerAsk)
@api_view(["GET", "POST"])
def servers(request: SignedIn) -> Response:
    """The registered servers; POST registers one."""
    require(request.user, "server.view")
    if request.method == "POST":
        made = operating.save(request.user, _valid(request, ComfyServer()))
        return Response(server_json(server_for(request, made.pk)), status=201)
    found, following = page_of(request, ComfyServer.objects.with_open())
    return Response({"results": [server_json(row) for row in found], "next": following})


@operation("GET", ServerJson)
@operation("PATCH", ServerJson, takes=ServerAsk)
@api_view(["GET", "PATCH"])
def server(request: SignedIn, pk: int) -> Response:
    """One server; PATCH changes what is said."""
    row = server_for(request, pk)
    if request.method == "PATCH":
        operating.save(request.user, _valid(request, row))
    return Response(server_json(server_for(request, pk)))


@operation("POST", ServerJson)
@api_view(["POST"])
def server_pause(request: SignedIn, pk: int) -> Response:
    """Give it no new work; what it has is followed to its end."""
    operating.pause(request.user, server_for(request, pk))
    return Response(server_json(server_for(request, pk)))


@operation("POST", ServerJson)
@api_view(["POST"])
def server_resume(request: SignedIn, pk: int) -> Response:
    """Give it work again, at once."""
    operating.resume(request.user, server_for(request, pk))
    return Response(server_json(server_for(request, pk)))


def _valid(request: SignedIn, row: ComfyServer) -> ServerForm:
    """The admin's form over what the row has and the body says; ValidationError by field."""
    require(request.user, "server.edit")
    fields = ServerForm.base_fields
    said = {
        name: str(value) if name == "slots" else plain(name, value)
        for name, value in body(request).items()
        if name in fields
    }
    form = ServerForm({**model_to_dict(row, fields), **said}, instance=row)
    if not form.is_valid():
        raise ValidationError({name: list(map(str, said)) for name, said in form.errors.items()})
    return form


urlpatterns = [
    *workflow_api.urlpatterns,
    *both("comfy-servers", servers, "api-comfy-servers"),
    *both("comfy-servers/<int:pk>", server, "api-comfy-server"),
    *both("comfy-servers/<int:pk>/pause", server_pause, "api-comfy-server-pause"),
    *both("comfy-servers/<int:pk>/resume", server_resume, "api-comfy-server-resume"),
]
