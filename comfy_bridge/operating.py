"""What an admin does to a registered server; each act is recorded. Knows nothing of jobs."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audit.recording import record
from comfy_bridge.addresses import Network
from comfy_bridge.errors import NothingRuns
from comfy_bridge.forms import ServerForm
from comfy_bridge.handles import handle_for
from comfy_bridge.models import ComfyServer, ServerStatus, Submission
from people.access import require
from people.models import User


def save(actor: User, form: ServerForm) -> ComfyServer:
    """Register or edit a server by a valid form; behind another address nothing is known yet."""
    require(actor, "server.edit")
    server, changed = form.instance, form.changed_data
    after = {name: str(form.cleaned_data[name]) for name in changed}
    with transaction.atomic():
        if server.pk is None:
            server.save()
            record(actor, "comfy_server.create", server, after=after)
        elif changed:
            before = {name: str(form.initial[name]) for name in changed}
            fields: dict[str, Any] = {name: form.cleaned_data[name] for name in changed}
            if "url" in changed:
                fields |= {"status_id": ServerStatus.UNKNOWN, "capabilities": {}}
            # Only what was changed: the heartbeat writes the other columns.
            ComfyServer.objects.filter(pk=server.pk).update(**fields)
            record(actor, "comfy_server.edit", server, before=before, after=after)
    server.refresh_from_db()
    return server


def pause(actor: User, server: ComfyServer) -> None:
    """Give it no new work; what it has is followed to its end."""
    running = ComfyServer.objects.filter(pk=server.pk, paused=False)
    _change(actor, "comfy_server.pause", server, running, paused=True)


def resume(actor: User, server: ComfyServer) -> None:
    """Give it work again, at once: whatever failed before is forgiven."""
    well = {"paused": False, "failures": 0, "retry_at": None}
    other = ComfyServer.objects.filter(pk=server.pk).exclude(**well)
    _change(actor, "comfy_server.resume", server, other, **well)


def _change(
    actor: User, verb: str, server: ComfyServer, rows: QuerySet[ComfyServer], **changes: Any
) -> None:
    """Recorded when it changes something; asking for what is so already is fine."""
    require(actor, "server.operate")
    with transaction.atomic():
        if rows.update(**changes):
            record(actor, verb, server)
    server.refresh_from_db()


def free_memory(actor: User, server: ComfyServer, networks: Sequence[Network]) -> None:
    """Let it unload its models once nothing runs. Raises the client's errors."""
    require(actor, "server.operate")
    handle_for(server.url, networks).client.free_memory()
    record(actor, "comfy_server.free_memory", server)


def interrupt(
    actor: User, server: ComfyServer, submission_pk: int, networks: Sequence[Network]
) -> None:
    """Stop a prompt of ours that runs there, by its own id. Raises NothingRuns."""
    require(actor, "server.operate")
    submission = Submission.objects.filter(pk=submission_pk, server=server).first()
    client = handle_for(server.url, networks).client
    if submission is None or client.find(str(submission.prompt_id)).state != "running":
        raise NothingRuns("That prompt does not run there any more.")
    record(actor, "comfy_server.interrupt", server, after={"prompt_id": str(submission.prompt_id)})
    client.cancel(str(submission.prompt_id))
