"""The registered servers: what they have, and which one takes a prompt next.

`networks` are the operator's (settings); they are passed in, never read here.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models.functions import Now

from comfy_bridge.addresses import Network, parse
from comfy_bridge.bindings import Scalar, Values
from comfy_bridge.catalog import Catalog, ModelNeed, Needs, chosen_model
from comfy_bridge.catalog import missing as lacking
from comfy_bridge.handles import ServerHandle, handle_for
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from comfy_bridge.pacing import Seconds, ends_in


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


def models_of(version: WorkflowVersion) -> list[tuple[tuple[str, str], ModelNeed]]:
    """Each place (node id, input) of a version that names a model file, and what it names."""
    wanted = {(need["class"], need["input"]) for need in version.needs["models"]}
    return [
        ((node_id, name), ModelNeed(node["class_type"], name, value))
        for node_id, node in version.graph.items()
        for name, value in node["inputs"].items()
        if (node["class_type"], name) in wanted and isinstance(value, str)
    ]


def needs_of(version: WorkflowVersion, values: Values | None = None) -> Needs:
    """What a version needs, with the model files that the values name."""
    named = {
        (binding.node, binding.input): str(values[binding.name])
        for binding in version.declared_bindings
        if binding.type == "model" and values and values.get(binding.name)
    }
    models = [
        ModelNeed(need.node_class, need.input, named.get(place) or need.name)
        for place, need in models_of(version)
    ]
    return Needs(frozenset(version.needs["nodes"]), tuple(dict.fromkeys(models)))


def locked() -> list[ComfyServer]:
    """Every server with its load, held until the transaction ends.

    Whoever claims work for a server or opens a submission there holds them, so that two who look
    at the same moment do not both take the last place.
    """
    rows = ComfyServer.objects.select_for_update(no_key=True)
    list(rows.order_by("pk").values_list("pk"))
    # Counted only now: what was read before the lock may be old.
    return list(ComfyServer.objects.with_open())


def choose(
    needs: Needs, servers: Iterable[ComfyServer], seconds: Seconds | None = None
) -> ComfyServer | None:
    """The server that takes a prompt next: with room, able, and who ends it first by `seconds`.

    Of those that are as quick it is the least loaded for its slots. None when every able server is
    full or none is able (`absence` tells which).
    """

    def order(server: ComfyServer) -> tuple[float, float, int]:
        ahead = server.open_submissions
        took_s = seconds[server.pk] if seconds else 1.0
        return ends_in(server, took_s, ahead), ahead / server.slots, server.pk

    able = [server for server in servers if server.room and not lacking(needs, server.catalog)]
    return min(able, key=order, default=None)


def answered_within(limit_s: float) -> bool:
    """Whether any server answered a check in the last `limit_s` seconds."""
    since = Now() - timedelta(seconds=limit_s)
    return ComfyServer.objects.filter(last_seen_at__gte=since).exists()


def missing(version: WorkflowVersion, values: Values | None = None) -> list[str]:
    """The nodes and models that no registered server has, in sentences.

    Empty when one has them all, be it busy, paused or away, and while nothing is known of any.
    """
    needs = needs_of(version, values)
    sentences = []
    for server in ComfyServer.objects.all():
        if not server.catalog.nodes:
            continue
        faults = lacking(needs, server.catalog)
        if not faults:
            return []
        sentences += [f"{server.name}: {fault.sentence}" for fault in faults]
    return sentences


def absence(needs: Needs, servers: Iterable[ComfyServer]) -> list[str]:
    """Why no server may be given the work now, in sentences; empty when one may, busy or not."""
    sentences = []
    for server in servers:
        faults = lacking(needs, server.catalog) if server.catalog.nodes else []
        if server.is_accepting and not faults:
            return []
        if faults:
            sentences += [f"{server.name}: {fault.sentence}" for fault in faults]
        else:
            sentences.append(_absent(server))
    return sentences or ["No ComfyUI server is registered. An admin can add one."]


def _absent(server: ComfyServer) -> str:
    if server.paused:
        return f"{server.name} is paused."
    if server.status_id == ServerStatus.UNKNOWN:
        return f"{server.name} has not answered yet."
    if server.status_id == ServerStatus.OFFLINE:
        return f"{server.name} is offline. {server.last_error}".strip()
    return f"{server.name} rests after failures. {server.last_error}".strip()


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
