"""Finding the bindings of an uploaded graph: where picture, prompts, seed and the rest enter. Pure.

It goes by links, not by titles: prompts are what feeds a sampler's positive and negative input
through whatever conditioning lies between. What it finds an admin may edit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from comfy_bridge.bindings import SEED_MAX, Binding, BindingType
from comfy_bridge.catalog import MODEL_INPUTS
from comfy_bridge.graph import OUTPUT_CLASSES, is_link, links_of
from comfy_bridge.recipes.recipe import SAMPLERS, Kind
from comfy_bridge.requests import Graph

SIZE_MAX = 8192
_CHOSEN_NAMES = {"ckpt_name": "checkpoint"}
_TEXTS = ("text", "text_g", "text_l", "clip_g", "clip_l", "t5xxl", "prompt", "value", "string")
# Inputs that bring a conditioning, or what is made of one.
_CARRIERS = ("positive", "negative", "cond", "guider")
_MASK_INPUTS = ("mask", "noise_mask", "inpaint_mask")
_RANGES: dict[str, tuple[BindingType, float, float]] = {
    "steps": ("int", 1, 150),
    "cfg": ("float", 0.0, 30.0),
    "guidance": ("float", 0.0, 100.0),
    "denoise": ("float", 0.0, 1.0),
}
_ORDER = (
    "source_image", "mask", "prompt", "negative_prompt", "seed", "steps", "cfg", "guidance",
    "denoise", "sampler", "width", "height", "output_prefix",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What an upload seems to be, and the places where values enter."""

    kind: Kind
    bindings: tuple[Binding, ...]


def detect(graph: Graph) -> Found:
    """The kind and the bindings of a checked graph."""
    look = _Look(graph)
    look.pictures()
    look.prompts()
    look.values()
    names = {binding.name for binding in look.found}
    kind: Kind = "txt2img"
    if look.has_mask:
        kind = "inpaint"
    elif "source_image" in names:
        kind = "img2img"
    return Found(kind, tuple(sorted(look.found, key=_place)))


def _place(binding: Binding) -> int:
    whole = binding.name.rstrip("_0123456789")
    return _ORDER.index(whole) if whole in _ORDER else len(_ORDER)


class _Look:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.found: list[Binding] = []
        self.has_mask = False
        self.loaders: set[str] = set()

    def add(
        self,
        name: str,
        node: str,
        key: str,
        kind: BindingType,
        low: float | None = None,
        high: float | None = None,
        *,
        choices: tuple[str, ...] = (),
        shared: bool = False,
    ) -> None:
        """One more binding; a name that is taken gets a number, unless one value goes to all."""
        if any((b.node, b.input) == (node, key) for b in self.found):
            return
        taken = {binding.name for binding in self.found}
        wanted, number = name, 2
        while wanted in taken and not shared:
            wanted, number = f"{name}_{number}", number + 1
        self.found.append(Binding(wanted, node, key, kind, low, high, choices))

    def literal(self, node: str, key: str) -> bool:
        """Whether the node has a plain value there."""
        value = self.graph[node]["inputs"].get(key)
        return value is not None and not is_link(value)

    def place_of(self, node: str, key: str) -> tuple[str, str] | None:
        """Where the value of an input stands: there, or in the primitive node that feeds it."""
        seen = set()
        while node not in seen:
            seen.add(node)
            value = self.graph[node]["inputs"].get(key)
            if value is None:
                return None
            if not is_link(value):
                return node, key
            node = value[0]
            names = ("value", "seed", "int", "float", "number")
            key = next((name for name in names if name in self.graph[node]["inputs"]), "")
        return None

    # --- pictures -------------------------------------------------------------------------------

    def pictures(self) -> None:
        """Loaded pictures: a source, or a mask where nothing but masks comes of it."""
        for key, node in self.graph.items():
            match node["class_type"]:
                case "LoadImage" if self.literal(key, "image"):
                    as_mask = self._feeds_mask(key)
                    self.has_mask |= as_mask != "never"
                    if as_mask == "only":
                        self.add("mask", key, "image", "mask")
                    else:
                        self.loaders.add(key)
                        self.add("source_image", key, "image", "image")
                case "LoadImageMask" if self.literal(key, "image"):
                    self.has_mask = True
                    self.add("mask", key, "image", "mask")
                case name if name in OUTPUT_CLASSES and self.literal(key, "filename_prefix"):
                    self.add("output_prefix", key, "filename_prefix", "prefix", shared=True)

    def _feeds_mask(self, loader: str) -> str:
        """`only`, `also` or `never`: whether what the loader gives ends in inputs for masks."""
        uses = [
            (key, name, slot)
            for key in self.graph
            for name, source, slot in links_of(self.graph, key)
            if source == loader
        ]
        as_mask = [use for use in uses if use[2] == 1 or self._becomes_mask(use[0])]
        if not as_mask:
            return "never"
        return "only" if len(as_mask) == len(uses) else "also"

    def _becomes_mask(self, key: str) -> bool:
        """Whether a picture that goes into this node is made a mask, there or one node later."""
        if self.graph[key]["class_type"] in {"ImageToMask", "ImageColorToMask"}:
            return True
        if self.graph[key]["class_type"] not in {"ImageScale", "ImageScaleBy", "ImageInvert"}:
            return False
        following = [
            self.graph[other]["class_type"]
            for other in self.graph
            for _, source, _ in links_of(self.graph, other)
            if source == key
        ]
        return bool(following) and set(following) <= {"ImageToMask", "ImageColorToMask"}

    # --- prompts --------------------------------------------------------------------------------

    def prompts(self) -> None:
        """Texts behind the positive and the negative input of each sampler or guider."""
        samplers = [
            key
            for key, node in self.graph.items()
            if "Sampler" in node["class_type"] or "Guider" in node["class_type"]
        ]
        positive = self._texts(samplers, ("positive", "conditioning", "cond1"))
        negative = self._texts(samplers, ("negative", "cond2"))
        for name, texts in (("prompt", positive), ("negative_prompt", negative)):
            for number, places in enumerate(texts):
                for place in places:
                    wanted = name if number == 0 else f"{name}_{number + 1}"
                    self.add(wanted, *place, "text", shared=True)

    def _texts(self, samplers: Iterable[str], names: Iterable[str]) -> list[list[tuple[str, str]]]:
        """The places of texts, together where one node takes several (both encoders of SDXL)."""
        found: list[list[tuple[str, str]]] = []
        seen: set[tuple[str, int]] = set()
        todo = [
            (source, slot)
            for sampler in reversed(list(samplers))
            for name, source, slot in links_of(self.graph, sampler)
            if name in names
        ]
        while todo:
            node, slot = todo.pop()
            if (node, slot) in seen or self.graph[node]["class_type"] == "ConditioningZeroOut":
                continue
            seen.add((node, slot))
            links = links_of(self.graph, node)
            carried = [link for link in links if link[0].startswith(_CARRIERS)]
            pair = [link for link in carried if link[0] in ("positive", "negative")]
            if len(pair) == 2:
                side = "negative" if slot == 1 else "positive"
                carried = [link for link in carried if link[0] == side]
            if carried:
                todo += [(source, at) for _, source, at in reversed(carried)]
                continue
            places = [place for name in _TEXTS if (place := self._text_at(node, name))]
            if places and places not in found:
                found.append(places)
        return found

    def _text_at(self, node: str, name: str) -> tuple[str, str] | None:
        """Where the text of an input stands, one node further where it comes by a link."""
        value = self.graph[node]["inputs"].get(name)
        if is_link(value) and value[0] in self.graph:
            node, name = value[0], "value"
            value = self.graph[node]["inputs"].get(name)
        return (node, name) if isinstance(value, str) else None

    # --- everything else ------------------------------------------------------------------------

    def values(self) -> None:
        """Seeds, steps, cfg, denoise, sizes and model files."""
        for key, node in self.graph.items():
            for name in node["inputs"]:
                if name in ("seed", "noise_seed"):
                    self._number("seed", key, name, "int", 0, SEED_MAX, shared=True)
                elif name in _RANGES:
                    self._number(name, key, name, *_RANGES[name])
                elif name == "sampler_name" and self._may_change_sampler(node["inputs"]):
                    self.add("sampler", key, name, "choice", choices=SAMPLERS)
                elif name in MODEL_INPUTS and isinstance(node["inputs"][name], str):
                    self.add(_CHOSEN_NAMES.get(name, name), key, name, "model")
            if self._is_sized(key):
                for side in ("width", "height"):
                    self._number(side, key, side, "int", 16, SIZE_MAX, shared=True)

    def _number(
        self,
        name: str,
        node: str,
        key: str,
        kind: BindingType,
        low: float,
        high: float,
        *,
        shared: bool = False,
    ) -> None:
        place = self.place_of(node, key)
        if place is None:
            return
        value = self.graph[place[0]]["inputs"][place[1]]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        self.add(name, *place, kind, min(low, value), max(high, value), shared=shared)

    def _may_change_sampler(self, inputs: dict[str, Any]) -> bool:
        """Distilled models, which run without guidance (cfg 1), need the sampler that they have."""
        cfg = inputs.get("cfg")
        is_guided = isinstance(cfg, int | float) and cfg > 1
        return is_guided and inputs["sampler_name"] in SAMPLERS

    def _is_sized(self, key: str) -> bool:
        """Whether the node's size is the result's: an empty latent, or the scaled source."""
        kind = self.graph[key]["class_type"]
        if kind.startswith("Empty") and "Latent" in kind:
            return True
        sources = {source for _, source, _ in links_of(self.graph, key)}
        return kind == "ImageScale" and bool(sources & self.loaders)
