"""Whether servers are well: the heartbeat asks them, and each one's breaker counts failed work.

Two things keep work from a server. It is offline when it did not answer the last question; the
next good answer ends that. Its breaker opens when work on it fails several times in a row though
it may well answer questions; after a pause that grows it gets one prompt to prove itself.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from comfy_bridge import publishing
from comfy_bridge.addresses import Network
from comfy_bridge.catalog import Catalog
from comfy_bridge.client import Facts
from comfy_bridge.errors import (
    BridgeError,
    HostileAnswer,
    ProgressStalled,
    PromptLost,
    ServerError,
    ServerTimeout,
    ServerUnreachable,
)
from comfy_bridge.handles import handle_for
from comfy_bridge.leftovers import take_back
from comfy_bridge.models import ComfyServer, ServerStatus

log = logging.getLogger(__name__)

CATALOG_AGE = timedelta(minutes=5)
ASKED_AT_ONCE = 32
OPENS_AT = 3
FIRST_PAUSE_S = 10
LONGEST_PAUSE_S = 300
AWAY = (ServerUnreachable, ServerTimeout, ServerError)
FAILURES = (*AWAY, ProgressStalled, PromptLost, HostileAnswer)


@dataclass(frozen=True)
class Answered:
    """What a server said of itself: `facts`, and its catalog where it was asked; or the error."""

    facts: Facts | None = None
    catalog: Catalog | None = None
    error: BridgeError | None = None


def check(
    server: ComfyServer, networks: Sequence[Network], *, catalog_too: bool = False
) -> ComfyServer:
    """Ask a server whether it is well, and write down what it says; never raises for its sake.

    Nodes and models are read anew when they are unknown or five minutes old, when the server was
    not online before, or when `catalog_too` says so.
    """
    if _write_down(server, _asked(server, networks, catalog_too)):
        take_back(server, networks)
    return server


def check_all(networks: Sequence[Network]) -> list[ComfyServer]:
    """Ask every registered server, all at once, so that none that hangs keeps another waiting."""
    servers = list(ComfyServer.objects.all())
    answers = _ask_each(servers, networks)
    for server in [server for server, answered in answers if _write_down(server, answered)]:
        take_back(server, networks)
    return servers


def _ask_each(
    servers: Iterable[ComfyServer], networks: Sequence[Network]
) -> Iterator[tuple[ComfyServer, Answered]]:
    """Each with its answer, the quickest first; the threads touch no database."""
    with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="check") as threads:
        asked = {threads.submit(_asked, server, networks, False): server for server in servers}
        for answered in as_completed(asked):
            yield asked[answered], answered.result()


def _asked(server: ComfyServer, networks: Sequence[Network], catalog_too: bool) -> Answered:
    try:
        client = handle_for(server.url, networks).client
        facts = client.system_stats()
        if catalog_too or server.status_id != ServerStatus.ONLINE or _is_old(server.capabilities):
            return Answered(facts, client.object_info())
    except BridgeError as error:
        return Answered(error=error)
    return Answered(facts)


def _is_old(known: Mapping[str, Any]) -> bool:
    read_at = parse_datetime(str(known.get("read_at", "")))
    return read_at is None or timezone.now() - read_at > CATALOG_AGE


def _write_down(server: ComfyServer, answered: Answered) -> bool:
    """Whether the server has come back after an absence."""
    if answered.facts is None:
        sentence = answered.error.sentence if answered.error else ""
        _write(server, status_id=ServerStatus.OFFLINE, last_error=sentence)
        return False
    back = server.status_id != ServerStatus.ONLINE
    known = dict(server.capabilities)
    if answered.catalog is not None:
        known.update(answered.catalog.as_json(), read_at=timezone.now().isoformat())
    known.update(version=answered.facts.version, devices=list(answered.facts.devices))
    changes: dict[str, Any] = {
        "status_id": ServerStatus.ONLINE,
        "last_seen_at": Now(),
        "capabilities": known,
        "is_sandbox": answered.facts.is_sandbox,
    }
    if server.retry_at is None:
        changes |= {"last_error": "", **({"failures": 0} if back else {})}
    elif back:
        # What it failed of may be over: one prompt may try at once.
        changes["retry_at"] = Now()
    _write(server, **changes)
    return back


def record_success(server: ComfyServer) -> None:
    """A prompt came to its end there: whatever failed before is over."""
    troubled = ComfyServer.objects.filter(pk=server.pk).exclude(failures=0, retry_at=None)
    if troubled.update(failures=0, retry_at=None, last_error=""):
        log.info("server %s: its breaker is closed", server.name)


def record_failure(
    server: ComfyServer, error: BridgeError, networks: Sequence[Network]
) -> ComfyServer:
    """Work on the server failed: count it, and ask at once whether the server is still there.

    A prompt that hangs for minutes opens the breaker by itself, other failures when they come
    three in a row. What says nothing against a server (a refused graph, a failed node) changes
    nothing.
    """
    if not isinstance(error, FAILURES):
        return server
    with transaction.atomic():
        row = ComfyServer.objects.select_for_update(no_key=True).get(pk=server.pk)
        failures = min(row.failures + 1, 99)
        if isinstance(error, ProgressStalled):
            failures = max(failures, OPENS_AT)
        changes: dict[str, Any] = {"failures": failures, "last_error": error.sentence}
        if failures >= OPENS_AT:
            pause_s = min(FIRST_PAUSE_S * 2 ** (failures - OPENS_AT), LONGEST_PAUSE_S)
            changes["retry_at"] = Now() + timedelta(seconds=pause_s)
            log.warning("server %s: no work for %d s: %s", server.name, pause_s, error)
        _write(server, **changes)
    return check(server, networks) if isinstance(error, AWAY) else server


def hold(server: ComfyServer, seconds: float, why: str) -> None:
    """Give the server no new work for a while; it ends by itself, whatever becomes of us."""
    _write(server, retry_at=Now() + timedelta(seconds=seconds), last_error=why)


def trust(server: ComfyServer) -> None:
    """Close the breaker: a person says that the server is well again."""
    _write(server, failures=0, retry_at=None, last_error="")


def _write(server: ComfyServer, **changes: Any) -> None:
    before = server.status_id
    with transaction.atomic():
        ComfyServer.objects.filter(pk=server.pk).update(**changes)
        server.refresh_from_db()
        if server.status_id != before:
            publishing.server_changed(server)
