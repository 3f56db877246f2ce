"""What the bindings of an uploaded workflow have to be: rules beyond their shape. Pure.

Pictures and the prefix of what is saved are the studio's alone (security.md), so each place that
has one must be bound by a binding that the studio fills itself.
"""

import re
from collections.abc import Sequence

from comfy_bridge.bindings import Binding, vetted
from comfy_bridge.bindings import faults as misplaced
from comfy_bridge.errors import BindingRefused
from comfy_bridge.graph import MAX_NAME, OUTPUT_CLASSES, described, is_link
from comfy_bridge.recipes.recipe import Kind
from comfy_bridge.requests import Graph

MAX_BINDINGS = 100
MAX_CHOICES = 200
# One underscore between words: names are keys of a job's needs, which a query looks into.
NAME = re.compile(r"(?=.{1,40}\Z)[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Places that only the studio fills: class to input, and the types that may stand there.
_OURS = {
    "LoadImage": ("image", frozenset({"image", "mask"})),
    "LoadImageMask": ("image", frozenset({"mask"})),
    **dict.fromkeys(OUTPUT_CLASSES, ("filename_prefix", frozenset({"prefix"}))),
}
# Names that the product gives a meaning, and the type that it gives a value of.
_MEANT = {
    "source_image": "image",
    "mask": "mask",
    "output_prefix": "prefix",
    "prompt": "text",
    "negative_prompt": "text",
    "seed": "int",
    "width": "int",
    "height": "int",
}
_FILLED = {"image": "source_image", "mask": "mask", "prefix": "output_prefix"}
_NEEDED: dict[Kind, tuple[str, ...]] = {
    "img2img": ("source_image",),
    "inpaint": ("source_image",),
    "txt2img": (),
}


def check(graph: Graph, bindings: Sequence[Binding], kind: Kind) -> None:
    """Raise BindingRefused with every fault of the bindings of a checked graph."""
    if len(bindings) > MAX_BINDINGS:
        raise BindingRefused(f"A workflow has at most {MAX_BINDINGS} bindings.", field="bindings")
    found = faults(graph, bindings, kind)
    if found:
        raise BindingRefused(" ".join(found[:3]), field="bindings", reasons=found[:50])


def faults(graph: Graph, bindings: Sequence[Binding], kind: Kind) -> list[str]:
    """One sentence per fault."""
    found = misplaced(graph, bindings)
    if found:
        return found
    for binding in bindings:
        found += _own_faults(graph, binding)
    found += _shared_faults(bindings)
    found += _unfilled(graph, bindings)
    names = {binding.name for binding in bindings}
    found += [
        f"A workflow of kind {kind} needs a binding {name}: none is there."
        for name in _NEEDED[kind]
        if name not in names
    ]
    return found


def _own_faults(graph: Graph, binding: Binding) -> list[str]:
    name, where = binding.name, described(graph, binding.node)
    found = []
    if not NAME.fullmatch(name):
        found.append(f"{name[:60]!r} is no name: use small letters, digits and _ (40 at most).")
    meant = _MEANT.get(name)
    if meant and binding.type != meant:
        found.append(f"Binding {name} has to be of type {meant}, not {binding.type}.")
    filled = _FILLED.get(binding.type)
    if filled and name != filled:
        found.append(f"Binding {name}: what is of type {binding.type} is called {filled}.")
    key, types = _OURS.get(graph[binding.node]["class_type"], ("", frozenset()))
    if binding.input == key and binding.type not in types:
        found.append(f"Binding {name}: {key} of {where} is of type {' or '.join(sorted(types))}.")
    if filled and binding.input != key:
        found.append(f"Binding {name}: {binding.input} of {where} is no place for {filled}.")
    if binding.seed_map is not None and binding.type not in ("int", "float"):
        found.append(f"Binding {name}: only a number can be derived from the seed.")
    if binding.type == "choice" and not binding.choices:
        found.append(f"Binding {name}: a choice needs its words.")
    if len(binding.choices) > MAX_CHOICES or not all(_is_word(one) for one in binding.choices):
        found.append(f"Binding {name}: its choices are at most {MAX_CHOICES} short words.")
    if None not in (binding.min, binding.max) and (binding.min or 0) > (binding.max or 0):
        found.append(f"Binding {name}: its least value is above its greatest.")
    elif not filled and not found:
        found += _default_faults(graph, binding)
    return found


def _is_word(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME and text.isprintable()


def _default_faults(graph: Graph, binding: Binding) -> list[str]:
    """Without a value of a person's the graph's own one counts, so it has to fit, too."""
    value = graph[binding.node]["inputs"][binding.input]
    if value is None or (binding.type == "model" and value == ""):
        return []
    if binding.type == "int" and isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        vetted(binding, value)
    except BindingRefused as error:
        where = described(graph, binding.node)
        return [f"{where} itself says {str(value)[:60]!r}: {error.sentence}"]
    return []


def _shared_faults(bindings: Sequence[Binding]) -> list[str]:
    """Several places may share a name when they share the type; no place has two bindings."""
    found = []
    types: dict[str, str] = {}
    places: dict[tuple[str, str], str] = {}
    for binding in bindings:
        if types.setdefault(binding.name, binding.type) != binding.type:
            found.append(f"Binding {binding.name} stands twice, with two types.")
        place = (binding.node, binding.input)
        if place in places:
            found.append(f"{places[place]} and {binding.name} are bound to the same place.")
        places[place] = binding.name
    return found


def _unfilled(graph: Graph, bindings: Sequence[Binding]) -> list[str]:
    bound = {(binding.node, binding.input) for binding in bindings}
    found = []
    for node_id, node in graph.items():
        key, types = _OURS.get(node["class_type"], ("", frozenset()))
        if not key or (node_id, key) in bound:
            continue
        if is_link(node["inputs"].get(key)):
            found.append(f"{described(graph, node_id)}: its {key} may not come by a link.")
        elif key in node["inputs"]:
            wanted = " or ".join(_FILLED[one] for one in sorted(types))
            found.append(
                f"{described(graph, node_id)}: its {key} has to be bound ({wanted}); the studio "
                "alone says what is read and written."
            )
        else:
            found.append(f"{described(graph, node_id)} has no {key}.")
    return found
