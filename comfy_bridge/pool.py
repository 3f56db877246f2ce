"""The registered servers: their health, what they have, and which one takes a prompt next.

`networks` are the operator's (settings); they are passed in, never read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from comfy_bridge.addresses import Network, parse
from comfy_bridge.bindings import Scalar, Values
from comfy_bridge.catalog import Catalog, ModelNeed, Needs, chosen_model
from comfy_bridge.catalog import missing as lacking
from comfy_bridge.errors import BridgeError
from comfy_bridge.handles import ServerHandle, handle_for
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion

CATALOG_AGE = timedelta(minutes=5)


def register_urls(urls: Iterable[str]) -> list[ComfyServer]:
    """The servers of these addresses, registered if they are new. Raises AddressRefused."""
    servers = []
    for url in urls:
        place = parse(url)
        server, _ = ComfyServer.objects.get_or_create(
            url=place.url, defaults={"name": place.authority + place.path}
        )
        servers.append(server)
    return servers


def handle(server: ComfyServer, networks: Sequence[Network]) -> ServerHandle:
    """This process's connections to a registered server."""
    return handle_for(server.url, networks)


def check(
    server: ComfyServer, networks: Sequence[Network], *, catalog_too: bool = False
) -> ComfyServer:
    """Ask a server whether it is well, and write down what it says; never raises for its sake.

    Nodes and models are read anew when they are unknown or five minutes old, when the server was
    not online before, or when `catalog_too` says so.
    """
    known = dict(server.capabilities)
    try:
        client = handle(server, networks).client
        facts = client.system_stats()
        if catalog_too or server.status_id != ServerStatus.ONLINE or _is_old(known):
            known.update(client.object_info().as_json(), read_at=timezone.now().isoformat())
    except BridgeError as error:
        _write(server, status_id=ServerStatus.OFFLINE, last_error=error.sentence)
    else:
        known.update(version=facts.version, devices=list(facts.devices))
        _write(
            server,
            status_id=ServerStatus.ONLINE,
            last_error="",
            last_seen_at=Now(),
            capabilities=known,
            is_sandbox=facts.is_sandbox,
        )
    return server


def check_all(networks: Sequence[Network]) -> list[ComfyServer]:
    """Check every registered server, one after the other."""
    return [check(server, networks) for server in ComfyServer.objects.all()]


def _is_old(known: Mapping[str, Any]) -> bool:
    read_at = parse_datetime(str(known.get("read_at", "")))
    return read_at is None or timezone.now() - read_at > CATALOG_AGE


def _write(server: ComfyServer, **changes: Any) -> None:
    ComfyServer.objects.filter(pk=server.pk).update(**changes)
    server.refresh_from_db()


def needs_of(version: WorkflowVersion, values: Values | None = None) -> Needs:
    """What a version needs, with the model files that the values name."""
    named = {
        (binding.node, binding.input): str(values[binding.name])
        for binding in version.declared_bindings
        if binding.type == "model" and values and values.get(binding.name)
    }
    models = []
    for node_id, node in version.graph.items():
        for need in version.needs["models"]:
            if node["class_type"] == need["class"] and need["input"] in node["inputs"]:
                name = named.get((node_id, need["input"])) or node["inputs"][need["input"]]
                models.append(ModelNeed(need["class"], need["input"], name))
    return Needs(frozenset(version.needs["nodes"]), tuple(dict.fromkeys(models)))


def choose(
    version: WorkflowVersion,
    values: Values | None = None,
    servers: Iterable[ComfyServer] | None = None,
) -> ComfyServer | None:
    """The server that takes a prompt next: online, not paused, able, with the most room.

    A server has room for two open submissions a slot: one that runs and one that waits. None
    when every able server is full or none is able (`missing` tells which).
    """
    ids = None if servers is None else [server.pk for server in servers]
    needs = needs_of(version, values)
    able = [
        server
        for server in _online(ids)
        if server.open_submissions < 2 * server.slots and not lacking(needs, server.catalog)
    ]
    return min(
        able, key=lambda server: (server.open_submissions / server.slots, server.pk), default=None
    )


def _online(ids: list[int] | None) -> list[ComfyServer]:
    rows = ComfyServer.objects.with_open().filter(status_id=ServerStatus.ONLINE, paused=False)
    return list(rows if ids is None else rows.filter(pk__in=ids))


def missing(version: WorkflowVersion, values: Values | None = None) -> list[str]:
    """Why no server can run it, in sentences; empty when one can, be it busy or not."""
    servers = list(ComfyServer.objects.all())
    if not servers:
        return ["No ComfyUI server is registered. An admin can add one."]
    online = _online(None)
    if not online:
        return [_absent(server) for server in servers]
    needs = needs_of(version, values)
    sentences = []
    for server in online:
        faults = lacking(needs, server.catalog)
        if not faults:
            return []
        sentences += [f"{server.name}: {fault.sentence}" for fault in faults]
    return sentences


def _absent(server: ComfyServer) -> str:
    if server.paused:
        return f"{server.name} is paused."
    if server.status_id == ServerStatus.OFFLINE:
        return f"{server.name} is offline. {server.last_error}".strip()
    return f"{server.name} has not answered yet."


def with_models(version: WorkflowVersion, server: ComfyServer, values: Values) -> dict[str, Scalar]:
    """The values with every model named: the one that was named, else the server's only one.

    Raises MissingModel; a missing option never silently becomes the first of a list.
    """
    catalog: Catalog = server.catalog
    chosen = dict(values)
    for binding in version.declared_bindings:
        if binding.type != "model":
            continue
        node = version.graph[binding.node]
        need = ModelNeed(node["class_type"], binding.input, node["inputs"][binding.input])
        named = str(values.get(binding.name) or "")
        chosen[binding.name] = chosen_model(need, catalog, named)
    return chosen


def mark_used(version: WorkflowVersion) -> None:
    """Freeze a version: from its first use on a trigger refuses changes."""
    if version.used_at is None:
        WorkflowVersion.objects.filter(pk=version.pk, used_at=None).update(used_at=Now())
        version.refresh_from_db(fields=["used_at"])
