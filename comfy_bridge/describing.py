"""Asking a registered server what it has, for one workflow: live, capped, its faults told.

`networks` are the operator's; they are passed in.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from comfy_bridge.addresses import Network
from comfy_bridge.descriptions import Descriptions
from comfy_bridge.errors import BridgeError, NoServerToAsk, ServerSilent
from comfy_bridge.graph import node_classes
from comfy_bridge.handles import handle_for
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from comfy_bridge.validating import Problem, is_valid, problems

ASKED_AT_ONCE = 16
NOBODY = "No ComfyUI server answers now, so there is nobody to ask."


def descriptions(
    server: ComfyServer, networks: Sequence[Network], classes: Collection[str]
) -> Descriptions:
    """What the server says of these classes now. Raises ServerSilent."""
    try:
        return handle_for(server.url, networks).client.descriptions(classes)
    except BridgeError as error:
        raise ServerSilent(
            f"{server.name} could not be asked. {error.sentence}", server=server.name
        ) from error


@dataclass(frozen=True)
class Held:
    """A workflow's version held against one server; `silent` when that did not answer."""

    server: ComfyServer
    problems: tuple[Problem, ...] = ()
    silent: ServerSilent | None = None

    @property
    def is_valid(self) -> bool:
        return self.silent is None and is_valid(self.problems)

    @property
    def told(self) -> tuple[Problem, ...]:
        """The problems; that it did not answer is the only one then."""
        if self.silent is None:
            return self.problems
        return (Problem(self.silent.code, "", self.silent.sentence),)


def held_against(
    version: WorkflowVersion, server: ComfyServer, networks: Sequence[Network]
) -> Held:
    """Every problem that the server would have with the version, asked now."""
    try:
        known = descriptions(server, networks, node_classes(version.graph))
    except ServerSilent as error:
        return Held(server, silent=error)
    found = problems(version.graph, version.declared_bindings, version.outputs, known)
    return Held(server, tuple(found))


def held_against_each(
    version: WorkflowVersion, servers: Sequence[ComfyServer], networks: Sequence[Network]
) -> list[Held]:
    """The same for several servers, all at once, so that a silent one keeps no other waiting."""
    with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="validate") as threads:
        held = [threads.submit(held_against, version, one, networks) for one in servers]
    return [one.result() for one in held]


def servers_to_ask(named: str = "") -> list[ComfyServer]:
    """The server of this id or name, or all that answered their last check; NoServerToAsk."""
    servers = ComfyServer.objects.all()
    if named:
        found = [one for one in servers if named in (str(one.pk), one.name, one.url)]
        if not found:
            raise NoServerToAsk(f"There is no ComfyUI server {named[:80]!r}.", field="server")
        return found[:1]
    online = list(servers.filter(status_id=ServerStatus.ONLINE))
    if not online:
        raise NoServerToAsk(NOBODY)
    return online


def best_descriptions(
    named: str, networks: Sequence[Network], classes: Collection[str]
) -> Descriptions:
    """What the named server says, or the online one that knows most of these classes.

    Raises NoServerToAsk and ServerSilent (of the last one that was asked).
    """
    best: Descriptions | None = None
    silent: ServerSilent | None = None
    for server in servers_to_ask(named):
        try:
            found = descriptions(server, networks, classes)
        except ServerSilent as error:
            silent = error
            continue
        if best is None or len(found) > len(best):
            best = found
        if len(found) == len(set(classes)):
            break
    if best is None:
        raise silent or NoServerToAsk(NOBODY)
    return best
