"""What a graph needs, held against what a server has (/object_info). Pure.

A model input is a choice among file names; choices come in two shapes, `[["a", "b"], {...}]` and
`["COMBO", {"options": ["a", "b"]}]`, and one server has both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from comfy_bridge.errors import HostileAnswer, MissingModel, MissingNode
from comfy_bridge.graph import node_classes
from comfy_bridge.requests import Graph

MODEL_INPUTS = frozenset(
    {
        "ckpt_name",
        "clip_name",
        "clip_name1",
        "clip_name2",
        "clip_name3",
        "clip_name4",
        "control_net_name",
        "gligen_name",
        "hypernetwork_name",
        "lora_name",
        "model_name",
        "style_model_name",
        "unet_name",
        "vae_name",
    }
)
DRAWING_INPUTS = ("ckpt_name", "unet_name")
MAX_CLASSES = 20_000
MAX_CHOICES = 20_000
MAX_NAME = 300


@dataclass(frozen=True)
class ModelNeed:
    """A model file that a node needs; an empty `name` means that one is still to be chosen."""

    node_class: str
    input: str
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.node_class}.{self.input}"


@dataclass(frozen=True)
class Needs:
    """Node classes and model files without which a graph cannot run."""

    nodes: frozenset[str]
    models: tuple[ModelNeed, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "nodes": sorted(self.nodes),
            "models": [
                {"class": need.node_class, "input": need.input, "name": need.name}
                for need in self.models
            ],
        }


@dataclass(frozen=True)
class Catalog:
    """What a server has: node classes, and file names per model input (`Class.input`)."""

    nodes: frozenset[str]
    models: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """File names that CheckpointLoaderSimple offers."""
        return self.models.get("CheckpointLoaderSimple.ckpt_name", ())

    def as_json(self) -> dict[str, Any]:
        """The stored form (a server's `capabilities`)."""
        return {
            "nodes": sorted(self.nodes),
            "models": {key: list(names) for key, names in sorted(self.models.items())},
        }


def needs_of(graph: Graph) -> Needs:
    """What a graph needs, with the model names that stand in it."""
    models = [
        ModelNeed(str(node["class_type"]), name, value)
        for node in graph.values()
        for name, value in node["inputs"].items()
        if name in MODEL_INPUTS and isinstance(value, str)
    ]
    return Needs(node_classes(graph), tuple(models))


def main_model(graph: Graph) -> str:
    """The checkpoint or diffusion model that a graph draws with; empty when it names none."""
    for name in DRAWING_INPUTS:
        for need in needs_of(graph).models:
            if need.input == name and need.name:
                return need.name
    return ""


def stored_catalog(stored: Mapping[str, Any]) -> Catalog:
    """A catalog from its stored form; an empty object is a server that was never read."""
    models = {key: tuple(names) for key, names in stored.get("models", {}).items()}
    return Catalog(frozenset(stored.get("nodes", ())), models)


def read_object_info(answer: Any) -> Catalog:
    """The catalog of GET /object_info. Raises HostileAnswer."""
    if not isinstance(answer, dict) or len(answer) > MAX_CLASSES:
        raise HostileAnswer("The server's list of nodes is not readable.")
    models: dict[str, tuple[str, ...]] = {}
    for name in filter(_is_name, answer):
        for key, spec in _inputs(answer[name]):
            if key in MODEL_INPUTS and is_choice(spec):
                models[f"{name}.{key}"] = choices(spec)
    return Catalog(frozenset(filter(_is_name, answer)), models)


def _inputs(described: Any) -> Iterable[tuple[str, Any]]:
    inputs = described.get("input") if isinstance(described, dict) else None
    for part in ("required", "optional"):
        specs = inputs.get(part) if isinstance(inputs, dict) else None
        yield from specs.items() if isinstance(specs, dict) else ()


def is_choice(spec: Any) -> bool:
    """Whether an input is a choice in either shape, be there something to choose or not."""
    return (
        isinstance(spec, list) and bool(spec) and (spec[0] == "COMBO" or isinstance(spec[0], list))
    )


def choices(spec: Any) -> tuple[str, ...]:
    """The words of a choice input in either shape; empty for any other input."""
    if not isinstance(spec, list) or not spec:
        return ()
    options = spec[0]
    if options == "COMBO" and len(spec) > 1 and isinstance(spec[1], dict):
        options = spec[1].get("options")
    if not isinstance(options, list):
        return ()
    return tuple(option for option in options[:MAX_CHOICES] if _is_name(option))


def _is_name(word: Any) -> bool:
    """A word that can be stored and shown: no control characters, no lone surrogates."""
    return isinstance(word, str) and len(word) <= MAX_NAME and word.isprintable()


def lacks_model(need: ModelNeed, catalog: Catalog) -> bool:
    """Whether a node that is there does not have the file, or has none or several to choose of."""
    names = catalog.models.get(need.key)
    if names is None:
        return False  # the node is what is missing, or takes any name there
    return need.name not in names if need.name else len(names) != 1


def missing(needs: Needs, catalog: Catalog) -> list[MissingNode | MissingModel]:
    """What the server lacks for a graph, each by name; an empty list means that it can run it."""
    found: list[MissingNode | MissingModel] = [
        MissingNode(f"The server has no node {name}.", node=name)
        for name in sorted(needs.nodes - catalog.nodes)
    ]
    for need in needs.models:
        if not lacks_model(need, catalog):
            continue
        names = catalog.models.get(need.key, ())
        sentence = (
            f"The server has no model file {need.name}." if need.name else unchosen(need, names)
        )
        found.append(MissingModel(sentence, model=need.name, available=list(names)))
    return found


def unchosen(need: ModelNeed, names: Iterable[str]) -> str:
    """The sentence for a model that nobody named: none is there, or more than one."""
    listed = sorted(names)
    plain = need.input == "ckpt_name"
    if not listed:
        what = "checkpoint" if plain else f"file for {need.input} of {need.node_class}"
        return f"The server has no {what}. Put one into its models folder."
    what = "checkpoints" if plain else f"files for {need.input} of {need.node_class}"
    return f"The server has {len(listed)} {what}: name one of {_few(listed)}."


def _few(listed: list[str]) -> str:
    more = f" and {len(listed) - 10} more" if len(listed) > 10 else ""
    return ", ".join(listed[:10]) + more


def chosen_model(need: ModelNeed, catalog: Catalog, named: str = "") -> str:
    """The file for a model input: the named one, else the only one; raises MissingModel.

    A missing option never silently becomes the first of the list.
    """
    names = catalog.models.get(need.key, ())
    wanted = named or need.name
    if wanted:
        if need.key in catalog.models and wanted not in names:
            sentence = f"The server has no model file {wanted}."
            raise MissingModel(sentence, model=wanted, available=list(names))
        return wanted
    if len(names) != 1:
        raise MissingModel(unchosen(need, names), model="", available=list(names))
    return names[0]
