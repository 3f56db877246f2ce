"""Declared places of a graph where a value may enter: the only way from a form into a graph.

Pure. A value is a scalar of its binding's type and range or it is refused; a list or dict would
become a node link. Text is assigned as a value, never spliced into JSON.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, get_args

from comfy_bridge.errors import BindingRefused
from comfy_bridge.graph import is_link
from comfy_bridge.requests import Graph

BindingType = Literal["image", "mask", "text", "int", "float", "choice", "prefix", "model"]
Scalar = str | int | float
Values = Mapping[str, Scalar]

MAX_TEXT = 10_000
SEED_MAX = 2**64 - 1
LARGEST = 1e20  # of any bound: more than every seed
# Types whose value must be given at each run; the others keep what the graph says.
REQUIRED: frozenset[str] = frozenset({"image", "mask", "prefix"})
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*(\.[a-z]{3,4})?")
_MODEL = re.compile(r"[\w][\w .()+,&'-]*([/\\][\w][\w .()+,&'-]*)*")


@dataclass(frozen=True)
class SeedMap:
    """A value derived from the seed: evenly spread over `low` to `high`, other for each salt."""

    low: float
    high: float
    salt: int = 0

    def value(self, seed: int) -> float:
        """The derived value, rounded to 4 places so that it is the same on every machine."""
        digest = hashlib.sha256(f"{seed}:{self.salt}".encode()).digest()
        share = int.from_bytes(digest[:8], "big") / SEED_MAX
        return round(self.low + (self.high - self.low) * share, 4)


@dataclass(frozen=True)
class Binding:
    """One named place of a graph: input `input` of node `node`.

    Several bindings may share a name (one width for two nodes). With `seed_map` the value comes
    from the seed and cannot be given.
    """

    name: str
    node: str
    input: str
    type: BindingType
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()
    seed_map: SeedMap | None = None


_SEED = Binding("seed", "", "", "int", 0, SEED_MAX)


def to_json(bindings: Iterable[Binding]) -> list[dict[str, Any]]:
    """The stored form of bindings."""
    return [_as_json(binding) for binding in bindings]


def _as_json(binding: Binding) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "name": binding.name,
        "node": binding.node,
        "input": binding.input,
        "type": binding.type,
    }
    if binding.min is not None:
        stored["min"] = binding.min
    if binding.max is not None:
        stored["max"] = binding.max
    if binding.choices:
        stored["choices"] = list(binding.choices)
    if binding.seed_map is not None:
        scale = [binding.seed_map.low, binding.seed_map.high]
        stored["map"] = {"from": "seed", "scale": scale, "salt": binding.seed_map.salt}
    return stored


def from_json(stored: Any) -> tuple[Binding, ...]:
    """Bindings from their stored form; raises BindingRefused when it is malformed."""
    if not isinstance(stored, list):
        raise BindingRefused("Bindings are a list of objects.")
    return tuple(_one(item) for item in stored)


def _one(item: Any) -> Binding:
    try:
        kind = item["type"]
        if kind not in get_args(BindingType):
            raise BindingRefused(f"A binding of type {str(kind)[:40]!r} does not exist.")
        return Binding(
            name=_word(item, "name"),
            node=_word(item, "node"),
            input=_word(item, "input"),
            type=kind,
            min=_bound(item.get("min")),
            max=_bound(item.get("max")),
            choices=tuple(str(choice) for choice in item.get("choices", ())),
            seed_map=_seed_map(item.get("map")),
        )
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise BindingRefused("A binding has a name, a node, an input and a type.") from error


def _word(item: Mapping[str, Any], key: str) -> str:
    if not isinstance(item[key], str) or not item[key]:
        raise BindingRefused(f"The {key} of a binding is a word.")
    return str(item[key])


def _bound(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise BindingRefused("The bounds of a binding are numbers of a usual size.")
    return value


def _seed_map(stored: Any) -> SeedMap | None:
    if stored is None:
        return None
    if stored["from"] != "seed":
        raise BindingRefused("A value can be derived from the seed only.")
    low, high = (float(bound) for bound in stored["scale"])
    salt = int(stored.get("salt", 0))
    if not max(abs(low), abs(high), abs(salt)) <= LARGEST:
        raise BindingRefused("What is derived from the seed is a number of a usual size.")
    return SeedMap(low, high, salt)


def faults(graph: Graph, bindings: Sequence[Binding]) -> list[str]:
    """One sentence per binding that does not fit its graph."""
    found = []
    for binding in bindings:
        node = graph.get(binding.node)
        if node is None:
            found.append(f"Binding {binding.name}: the graph has no node {binding.node}.")
        elif binding.input not in node["inputs"]:
            found.append(f"Binding {binding.name}: node {binding.node} has no {binding.input}.")
        elif is_link(node["inputs"][binding.input]):
            found.append(f"Binding {binding.name}: that input is a link between nodes.")
    return found


def names(bindings: Iterable[Binding]) -> frozenset[str]:
    """Names of the values that a person or the caller may give."""
    return frozenset("seed" if b.seed_map is not None else b.name for b in bindings)


def givable(bindings: Iterable[Binding]) -> dict[str, Binding]:
    """The bindings, by name, whose values a person may give; the others are the studio's."""
    return {
        binding.name: binding
        for binding in bindings
        if binding.seed_map is None and binding.type not in REQUIRED
    }


def bind(graph: Graph, bindings: Sequence[Binding], values: Values) -> Graph:
    """A copy of the graph with every given value in its declared place.

    Raises BindingRefused (with `field`) for an unknown name, a value of another type or out of
    range, or a picture or prefix that was not given.
    """
    unknown = sorted(set(values) - names(bindings))
    if unknown:
        raise BindingRefused(f"The workflow takes no {unknown[0]}.", field=unknown[0])
    bound = deepcopy(graph)
    for binding in bindings:
        value = _given(binding, values)
        if value is None:
            if binding.type in REQUIRED:
                raise BindingRefused(f"The workflow needs {binding.name}.", field=binding.name)
            continue
        bound[binding.node]["inputs"][binding.input] = vetted(binding, value)
    return bound


def _given(binding: Binding, values: Values) -> Scalar | None:
    if binding.seed_map is None or "seed" not in values:
        return values.get(binding.name)
    seed = vetted(_SEED, values["seed"])
    derived = binding.seed_map.value(int(seed))
    return round(derived) if binding.type == "int" else derived


def vetted(binding: Binding, value: Any) -> Scalar:
    """The value itself when it fits its binding; raises BindingRefused otherwise."""
    if binding.type in {"int", "float"}:
        return _number(binding, value)
    if not isinstance(value, str):
        raise BindingRefused(f"{binding.name} must be text.", field=binding.name)
    return _text(binding, value)


def _number(binding: Binding, value: Any) -> int | float:
    wanted = int if binding.type == "int" else int | float
    if isinstance(value, bool) or not isinstance(value, wanted):
        word = "a whole number" if binding.type == "int" else "a number"
        raise BindingRefused(f"{binding.name} must be {word}.", field=binding.name)
    if isinstance(value, float) and not math.isfinite(value):
        raise BindingRefused(f"{binding.name} must be a finite number.", field=binding.name)
    if binding.min is not None and value < binding.min:
        sentence = f"{binding.name} must be at least {binding.min}."
        raise BindingRefused(sentence, field=binding.name, limit=binding.min)
    if binding.max is not None and value > binding.max:
        sentence = f"{binding.name} must be at most {binding.max}."
        raise BindingRefused(sentence, field=binding.name, limit=binding.max)
    return value


def _text(binding: Binding, value: str) -> str:
    field = binding.name
    if len(value) > MAX_TEXT:
        raise BindingRefused(f"{field} is longer than {MAX_TEXT} characters.", field=field)
    if any(0xD800 <= ord(c) <= 0xDFFF or (ord(c) < 32 and c not in "\n\t\r") for c in value):
        raise BindingRefused(f"{field} has characters that cannot be sent.", field=field)
    if binding.type == "choice" and value not in binding.choices:
        raise BindingRefused(f"{field} must be one of {', '.join(binding.choices)}.", field=field)
    if binding.type in REQUIRED and not _PLACE.fullmatch(value):
        raise BindingRefused(f"{field} is not a name that the studio makes.", field=field)
    if binding.type == "model" and not _MODEL.fullmatch(value):
        raise BindingRefused(f"{field} is not the name of a model file.", field=field)
    return value
