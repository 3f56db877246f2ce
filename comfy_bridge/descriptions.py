"""What a server says of its node classes (/object_info), as typed facts. Pure.

Only what is asked for is read: a server may describe thousands of classes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from comfy_bridge.bindings import LARGEST
from comfy_bridge.catalog import MAX_CHOICES, MAX_CLASSES, is_choice
from comfy_bridge.errors import HostileAnswer

MAX_INPUTS = 500
COMBO = "COMBO"
# Values of these types are written into the graph; all others come by link.
PLAIN = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", COMBO})
# Inputs whose parts are inputs of their own, named `input.part`.
NESTED = frozenset({"COMFY_AUTOGROW_V3", "COMFY_DYNAMICCOMBO_V3"})
_OPTIONS = (
    "control_after_generate",
    "default",
    "forceInput",
    "image_upload",
    "max",
    "min",
    "widgetType",
)


@dataclass(frozen=True)
class InputSpec:
    """One input of a class; `choices` is None where it is no choice among words."""

    name: str
    kind: str
    is_required: bool
    choices: tuple[Any, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_nested(self) -> bool:
        return self.kind in NESTED

    def bound(self, name: str) -> float | None:
        """`min` or `max` where the server gives a number."""
        value = self.options.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if abs(value) <= LARGEST else None


@dataclass(frozen=True)
class NodeSpec:
    """One node class: its inputs in the server's order, and the types of its outputs."""

    name: str
    title: str
    inputs: tuple[InputSpec, ...]
    outputs: tuple[str, ...]

    def input(self, name: str) -> InputSpec | None:
        """The input of this name."""
        return next((spec for spec in self.inputs if spec.name == name), None)

    def knows(self, name: str) -> bool:
        """Whether a graph may say something under this name (a part of a nested input, too)."""
        whole = name.partition(".")[0]
        spec = self.input(name) or self.input(whole)
        return spec is not None and (spec.name == name or spec.is_nested)


Descriptions = Mapping[str, NodeSpec]


def read_descriptions(answer: Any, classes: Collection[str]) -> dict[str, NodeSpec]:
    """The descriptions of those of `classes` that the server has. Raises HostileAnswer."""
    if not isinstance(answer, dict) or len(answer) > MAX_CLASSES:
        raise HostileAnswer("The server's list of nodes is not readable.")
    return {name: _node(name, answer[name]) for name in classes if name in answer}


def _node(name: str, described: Any) -> NodeSpec:
    if not isinstance(described, dict):
        raise HostileAnswer(f"The server's description of {name} is not readable.")
    inputs = described.get("input")
    inputs = inputs if isinstance(inputs, dict) else {}
    specs = [
        _input(key, spec, is_required=part == "required")
        for part in ("required", "optional")
        for key, spec in _items(inputs.get(part))
    ]
    outputs = described.get("output")
    title = described.get("display_name")
    return NodeSpec(
        name=name,
        title=title[:200] if isinstance(title, str) and title.isprintable() else name,
        inputs=tuple(specs),
        outputs=tuple(_type(kind) for kind in outputs[:MAX_INPUTS])
        if isinstance(outputs, list)
        else (),
    )


def _items(specs: Any) -> list[tuple[str, Any]]:
    found = list(specs.items())[:MAX_INPUTS] if isinstance(specs, dict) else []
    return [(key, spec) for key, spec in found if len(key) <= MAX_INPUTS and key.isprintable()]


def _input(name: str, spec: Any, *, is_required: bool) -> InputSpec:
    parts = spec if isinstance(spec, list) and spec else [""]
    said = parts[1] if len(parts) > 1 and isinstance(parts[1], dict) else {}
    listed: Any = None
    if is_choice(spec):
        listed = said.get("options") if parts[0] == COMBO else parts[0]
    elif parts[0] == "COMFY_DYNAMICCOMBO_V3" and isinstance(said.get("options"), list):
        listed = [one.get("key") for one in said["options"] if isinstance(one, dict)]
    choices = None
    if isinstance(listed, list):
        choices = tuple(one for one in listed[:MAX_CHOICES] if _is_plain(one))
    return InputSpec(
        name=name,
        kind=_type(parts[0]),
        is_required=is_required,
        choices=choices,
        options={key: said[key] for key in _OPTIONS if key in said},
    )


def _is_plain(choice: Any) -> bool:
    return choice.isprintable() if isinstance(choice, str) else isinstance(choice, int | float)


def _type(kind: Any) -> str:
    if isinstance(kind, list):
        return COMBO
    return kind[:MAX_INPUTS] if isinstance(kind, str) and kind.isprintable() else "?"


def fits(given: str, wanted: str) -> bool:
    """Whether an output of one type may feed an input of another (several are one, or the other).

    After ComfyUI's `validate_node_input`: `*` fits all, and what is matched while it runs too.
    """
    if given == wanted or "*" in (given, wanted) or "COMFY_MATCHTYPE_V3" in (given, wanted):
        return True
    return bool({one.strip() for one in given.split(",")} & {w.strip() for w in wanted.split(",")})
