"""The optional agent beside a server, which tells what ComfyUI does not: how warm its GPUs are.

GET its address: `{"gpus": [{"name", "temperature_c", "utilization_percent", "memory_used_bytes",
"memory_total_bytes"}]}`. It is trusted no more than a server; `script/gpu_agent` is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from comfy_bridge.addresses import Network, parse
from comfy_bridge.errors import AgentSilent, BridgeError
from comfy_bridge.transport import Timeouts, Wire
from comfy_bridge.wording import cleaned

MAX_BYTES = 64 * 1024
MAX_GPUS = 64


@dataclass(frozen=True)
class Gpu:
    """One GPU; None is what the agent does not tell."""

    name: str
    temperature_c: float | None
    utilization_percent: float | None
    memory_used_bytes: float | None
    memory_total_bytes: float | None


def ask(url: str, networks: Sequence[Network], timeouts: Timeouts) -> tuple[Gpu, ...]:
    """What the agent tells now. Raises AgentSilent, whatever the reason."""
    place = parse(url)
    wire = Wire(place, networks, timeouts)
    try:
        answer = wire.get("" if place.path else "/", max_bytes=MAX_BYTES).json()
    except BridgeError as error:
        raise AgentSilent(f"The GPU agent at {place.url} does not answer.") from error
    finally:
        wire.close()
    gpus = answer.get("gpus") if isinstance(answer, dict) else None
    if not isinstance(gpus, list):
        raise AgentSilent(f"What the GPU agent at {place.url} answers is not readable.")
    return tuple(_gpu(item) for item in gpus[:MAX_GPUS] if isinstance(item, dict))


def _gpu(item: dict[str, Any]) -> Gpu:
    return Gpu(
        cleaned(item.get("name"))[:100],
        _number(item.get("temperature_c"), 1e3),
        _number(item.get("utilization_percent"), 100),
        _number(item.get("memory_used_bytes"), 1e15),
        _number(item.get("memory_total_bytes"), 1e15),
    )


def _number(value: Any, most: float) -> float | None:
    """A plain number from 0 to `most`; anything else is not told."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return value
