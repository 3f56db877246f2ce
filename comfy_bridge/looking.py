"""How a server stands at this moment, asked for a page: quickly, all at once, and never failing."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from comfy_bridge import agents
from comfy_bridge.addresses import Network
from comfy_bridge.agents import Gpu
from comfy_bridge.answers import Queue
from comfy_bridge.client import ComfyClient, Facts
from comfy_bridge.errors import BridgeError
from comfy_bridge.models import ComfyServer
from comfy_bridge.transport import Timeouts

QUICK = Timeouts(connect_s=1.0, answer_s=2.0, file_s=2.0)
T = TypeVar("T")


@dataclass(frozen=True)
class Look:
    """What was answered; None or nothing for what was not, and why not in `faults`."""

    facts: Facts | None
    queue: Queue | None
    gpus: tuple[Gpu, ...]
    faults: tuple[str, ...]


def look(server: ComfyServer, networks: Sequence[Network]) -> Look:
    """Ask the server and its agent at the same time; a few seconds at most, whatever is down."""
    faults: list[str] = []
    client = ComfyClient(server.url, networks, QUICK)
    with ThreadPoolExecutor(3, thread_name_prefix="look") as threads:
        facts = threads.submit(_try, partial(client.system_stats, QUICK.answer_s), faults)
        queue = threads.submit(_try, client.queue, faults)
        gpus = threads.submit(_try, partial(_gpus, server, networks), faults)
    client.close()
    why = tuple(dict.fromkeys(faults))
    return Look(facts.result(), queue.result(), gpus.result() or (), why)


def _gpus(server: ComfyServer, networks: Sequence[Network]) -> tuple[Gpu, ...]:
    return agents.ask(server.agent_url, networks, QUICK) if server.agent_url else ()


def _try(question: Callable[[], T], faults: list[str]) -> T | None:
    try:
        return question()
    except BridgeError as error:
        faults.append(error.sentence)
        return None
