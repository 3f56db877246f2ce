"""A drive with everything recorded, at a test's pace."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from comfy_bridge.driving import drive
from comfy_bridge.graph import output_nodes
from comfy_bridge.handles import ServerHandle
from comfy_bridge.requests import BoundPrompt, Outcome, Progress
from comfy_bridge.submitting import Pace

FAST = Pace(
    first_poll_s=0.05,
    poll_s=0.2,
    deaf_poll_s=0.05,
    stop_poll_s=0.02,
    socket_wait_s=2.0,
    deaf_after_s=0.5,
    settle_s=(0.0, 0.05, 0.1),
    unreachable_s=1.0,
    cancel_wait_s=3.0,
)


@dataclass
class Driven:
    """What came of a drive: its outcome, every progress, and how often it was sent."""

    outcome: Outcome | None = None
    prompt_id: str = ""
    progress: list[Progress] = field(default_factory=list)
    sent: int = 0

    def phases(self) -> list[str]:
        seen: list[str] = []
        for progress in self.progress:
            if not seen or seen[-1] != progress.phase:
                seen.append(progress.phase)
        return seen


def prompt_of(graph: dict[str, Any], *uploads: Any) -> BoundPrompt:
    return BoundPrompt(graph=graph, outputs=output_nodes(graph), uploads=uploads)


def driven(
    server: ServerHandle,
    prompt: BoundPrompt,
    *,
    prompt_id: str = "",
    fresh: bool = True,
    sent: bool = False,
    stall_s: float = 10.0,
    stop: Any = lambda: False,
    max_output_bytes: int = 20_000_000,
    pace: Pace = FAST,
    into: Driven | None = None,
) -> Driven:
    into = into or Driven()
    into.prompt_id = prompt_id or str(uuid.uuid4())

    def on_sent() -> None:
        into.sent += 1

    into.outcome = drive(
        server,
        into.prompt_id,
        prompt,
        fresh=fresh,
        sent=sent,
        on_progress=into.progress.append,
        on_sent=on_sent,
        should_stop=stop,
        stall_s=stall_s,
        max_output_bytes=max_output_bytes,
        pace=pace,
    )
    return into
