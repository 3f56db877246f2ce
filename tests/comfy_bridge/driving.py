"""Prompts, and a drive of one with everything recorded, at a test's pace."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

from comfy_bridge.driving import drive
from comfy_bridge.graph import output_nodes
from comfy_bridge.handles import ServerHandle
from comfy_bridge.preparing import output_prefix, prepare
from comfy_bridge.recipes import built_in
from comfy_bridge.requests import BoundPrompt, Outcome, Progress
from comfy_bridge.submitting import Pace
from tests.fakes.replay import png

Connected = Callable[[str], ServerHandle]
RECIPES = {recipe.name: recipe for recipe in built_in()}
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


def modelfree(seed: int = 1, size: int = 96, key: str = "") -> BoundPrompt:
    recipe = RECIPES["modelfree_img2img"]
    values = {
        "seed": seed,
        "width": size,
        "height": size,
        "output_prefix": output_prefix(key or uuid.uuid4().hex),
    }
    return prepare(recipe.graph, recipe.bindings, values, {"source_image": png((96, 96))})


def sampled(steps: int = 6, **values: Any) -> BoundPrompt:
    recipe = RECIPES["sd_img2img"]
    given = {
        "seed": uuid.uuid4().int % 2**31,
        "steps": steps,
        "width": 96,
        "height": 96,
        "prompt": "a green hill",
        "checkpoint": "sandbox.safetensors",
        "output_prefix": output_prefix(uuid.uuid4().hex),
        **values,
    }
    return prepare(recipe.graph, recipe.bindings, given, {"source_image": png((96, 96))})


def wait_for(condition: Callable[[], bool], limit_s: float = 10.0) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def picture(result: Driven) -> Image.Image:
    assert result.outcome is not None
    return Image.open(BytesIO(result.outcome.files[0].data))
