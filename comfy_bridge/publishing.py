"""What the world hears of a ComfyUI server: that it came, went, or was replaced by another state.

Every project may use every server, so everybody hears of it; its address is for admins alone.
"""

from comfy_bridge.models import ComfyServer, ServerStatus
from people.models import Project
from studio.lib.events import push_on_commit


def server_changed(server: ComfyServer) -> None:
    """After commit: the server is online, offline …"""
    groups = [f"project-{pk}" for pk in Project.objects.values_list("pk", flat=True)]
    push_on_commit(
        "server.status",
        groups,
        server_id=server.pk,
        name=server.name,
        status=ServerStatus.of(server.status_id).label,
    )
