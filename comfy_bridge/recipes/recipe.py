"""What a recipe gives: a graph, its bindings and its name. Pure, as every recipe is."""

import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from comfy_bridge.bindings import Binding
from comfy_bridge.requests import Graph

# Of the core's KSampler, in every version that the product speaks to.
SAMPLERS = (
    "euler", "euler_ancestral", "heun", "dpm_2", "dpm_2_ancestral", "lms", "dpmpp_2s_ancestral",
    "dpmpp_sde", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m_sde", "ddim", "uni_pc",
)  # fmt: skip

Kind = Literal["img2img", "inpaint", "txt2img"]


@dataclass(frozen=True)
class Recipe:
    """A built-in workflow."""

    name: str
    title: str
    kind: Kind
    description: str
    graph: Graph
    bindings: tuple[Binding, ...]


def node(class_type: str, title: str = "", **inputs: Any) -> dict[str, Any]:
    """One node of an API-format graph; a link is `[node id, output index]`."""
    made: dict[str, Any] = {"class_type": class_type, "inputs": inputs}
    if title:
        made["_meta"] = {"title": title}
    return made


def altered(graph: Graph, changes: Mapping[str, Mapping[str, Any]]) -> Graph:
    """A copy of a graph with other plain values: node id -> input -> value."""
    copied = deepcopy(graph)
    for node_id, values in changes.items():
        copied[node_id]["inputs"] |= values
    return copied


def fitted(
    width: int, height: int, *, long_side_px: int | None = None, multiple: int = 1
) -> tuple[int, int]:
    """The size of a result that keeps the source's aspect and does not enlarge it.

    The longer side is at most `long_side_px`; both sides are rounded to the nearest multiple of
    `multiple` (a VAE crops to 8).
    """
    longest = max(width, height)
    scale = 1.0 if long_side_px is None else min(1.0, long_side_px / longest)

    def rounded(side: int) -> int:
        return max(multiple, round(side * scale / multiple) * multiple)

    return rounded(width), rounded(height)


def of_area(width: int, height: int, *, area_px: int, multiple: int) -> tuple[int, int]:
    """The size of about `area_px` pixels in all that has this aspect, in steps of `multiple`."""
    scale = math.sqrt(area_px / (width * height))

    def rounded(side: int) -> int:
        return max(multiple, round(side * scale / multiple) * multiple)

    return rounded(width), rounded(height)
