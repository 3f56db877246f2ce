"""REST: workflows by name, and servers for admins."""

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from comfy_bridge import bindings
from comfy_bridge.models import ComfyServer, ServerStatus, Workflow
from people.access import require
from studio.lib.routes import both


@api_view(["GET"])
def workflows(request: Request) -> Response:
    require(request.user, "workflow.view")
    found = []
    for row in Workflow.objects.filter(is_archived=False).order_by("pk"):
        version = row.latest()
        found.append(
            {
                "id": row.pk,
                "name": row.name,
                "title": row.title,
                "kind": row.kind,
                "description": row.description,
                "version": version.version,
                "takes": sorted(bindings.names(version.declared_bindings)),
            }
        )
    return Response({"results": found, "next": None})


@api_view(["GET"])
def servers(request: Request) -> Response:
    require(request.user, "server.view")
    found = [
        {
            "id": row.pk,
            "name": row.name,
            "url": row.url,
            "status": ServerStatus.of(row.status_id).label,
            "slots": row.slots,
            "paused": row.paused,
            "sandbox": row.is_sandbox,
            "version": row.version,
            "checkpoints": list(row.catalog.checkpoints),
            "open_submissions": row.open_submissions,
            "last_seen_at": row.last_seen_at,
            "last_error": row.last_error,
        }
        for row in ComfyServer.objects.with_open()
    ]
    return Response({"results": found, "next": None})


urlpatterns = [
    *both("workflows", workflows, "api-workflows"),
    *both("comfy-servers", servers, "api-comfy-servers"),
]
