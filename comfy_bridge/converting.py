"""From what ComfyUI's page saves to what its server runs, with the server's descriptions. Pure.

It does what the page does when it sends a prompt (`graphToPrompt`): reroutes are passed through,
bypassed nodes give on an input of the same type, muted ones and notes are left out, a primitive's
value goes where it is linked. The order of `widgets_values` is the order in which the server lists
a class's plain inputs; some have further widgets behind them that no prompt holds.
"""

from typing import Any

from comfy_bridge.descriptions import COMBO, PLAIN, Descriptions, InputSpec, NodeSpec, fits
from comfy_bridge.exported import (
    BYPASSED,
    PRIMITIVE,
    REROUTE,
    CannotConvert,
    Export,
    Node,
    read_export,
)
from comfy_bridge.requests import Graph

CONTROLS = frozenset({"fixed", "increment", "decrement", "randomize"})
_SEEDS = frozenset({"seed", "noise_seed"})
_MISSING = object()


def classes_of(document: dict[str, Any]) -> frozenset[str]:
    """The node classes that a conversion needs to know; raises CannotConvert."""
    nodes = read_export(document).nodes.values()
    return frozenset(node.type for node in nodes if not node.is_virtual and not node.is_off)


def converted(document: dict[str, Any], server: Descriptions) -> Graph:
    """The API-format graph of an export; raises CannotConvert with the node named."""
    export = read_export(document)
    graph: Graph = {}
    for node in export.nodes.values():
        if node.is_virtual or node.is_off:
            continue
        spec = server.get(node.type)
        if spec is None:
            raise CannotConvert(
                f"Node {node.id} is a {node.type[:80]}, which the server does not describe."
            )
        inputs = _widgets(node, spec)
        for slot in node.inputs:
            _take_link(export, node, spec, slot.name, slot.link, inputs)
        graph[node.id] = {
            "class_type": node.type,
            "inputs": inputs,
            "_meta": {"title": node.title or spec.title},
        }
    return _without_what_is_off(graph)


def _without_what_is_off(graph: Graph) -> Graph:
    """Links to nodes that are not sent are not sent either, as the page does it."""
    for node in graph.values():
        node["inputs"] = {
            name: value
            for name, value in node["inputs"].items()
            if not (isinstance(value, list) and value[0] not in graph)
        }
    return graph


# --- links --------------------------------------------------------------------------------------


def _take_link(
    export: Export,
    node: Node,
    spec: NodeSpec,
    name: str,
    link_id: int | None,
    inputs: dict[str, Any],
) -> None:
    if link_id is None:
        return
    if link_id not in export.links:
        raise CannotConvert(f"Node {node.id} ({node.type}): its input {name} has a lost link.")
    wanted = spec.input(name)
    link = export.links[link_id]
    end = _origin(export, link.source, link.source_slot, wanted.kind if wanted else "*")
    if end is None:
        return
    source, slot = end
    giver = export.nodes[source]
    if giver.type == PRIMITIVE:
        if not giver.widgets:
            raise CannotConvert(f"Node {giver.id} (PrimitiveNode) has no value.")
        inputs[name] = giver.widgets[0]
    else:
        inputs[name] = [source, slot]


def _origin(export: Export, source: str, slot: int, kind: str) -> tuple[str, int] | None:
    """The node and output that a link really comes from; None when it comes from nowhere."""
    seen: set[tuple[str, int]] = set()
    while (source, slot) not in seen:
        seen.add((source, slot))
        node = export.nodes.get(source)
        if node is None:
            raise CannotConvert(f"A link comes from node {source[:40]}, which is not there.")
        if node.type == REROUTE:
            link_id = node.inputs[0].link if node.inputs else None
        elif node.mode == BYPASSED and not node.is_virtual:
            link_id = _passed_on(node, slot, kind)
        else:
            return source, slot
        if link_id is None or link_id not in export.links:
            return None
        link = export.links[link_id]
        source, slot = link.source, link.source_slot
    raise CannotConvert(f"Node {source} is linked to itself through reroutes.")


def _passed_on(node: Node, slot: int, kind: str) -> int | None:
    """The link that a bypassed node gives on at an output: of the same place, else type."""
    if kind == "*" and slot < len(node.outputs):
        kind = node.outputs[slot]
    ordered = [*node.inputs[slot : slot + 1], *node.inputs]
    for matches in (lambda given: given == kind, lambda given: fits(given, kind)):
        for entry in ordered:
            if matches(entry.kind):
                return entry.link
    return None


# --- values -------------------------------------------------------------------------------------


def _widgets(node: Node, spec: NodeSpec) -> dict[str, Any]:
    """The plain values of a node by the name of their input."""
    if node.named_widgets:
        found = {
            wanted.name: node.named_widgets[wanted.name]
            for wanted in spec.inputs
            if wanted.name in node.named_widgets
        }
        return {name: _checked(node, spec.input(name), value) for name, value in found.items()}
    values = list(node.widgets)
    found = {}
    for wanted in spec.inputs:
        if wanted.is_nested:
            raise CannotConvert(
                f"Node {node.id} ({node.type}): its input {wanted.name} has parts of its own."
            )
        if not _is_widget(wanted):
            continue
        value = values.pop(0) if values else wanted.options.get("default", _MISSING)
        if value is _MISSING:
            if any(slot.name == wanted.name and slot.link is not None for slot in node.inputs):
                continue
            raise CannotConvert(f"Node {node.id} ({node.type}) has no value for {wanted.name}.")
        found[wanted.name] = _checked(node, wanted, value)
        _skip_control(wanted, values)
    # What is left belongs to widgets that no prompt holds: upload buttons, previews.
    return found


def _is_widget(wanted: InputSpec) -> bool:
    kind = str(wanted.options.get("widgetType") or wanted.kind)
    return kind in PLAIN and not wanted.options.get("forceInput")


def _skip_control(wanted: InputSpec, values: list[Any]) -> None:
    """Behind a seed stands what becomes of it after a run; behind such a choice a filter, too."""
    said = wanted.options.get("control_after_generate")
    if not said and not (wanted.kind == "INT" and wanted.name in _SEEDS):
        return
    # Very old exports have yes or no there.
    if values and (values[0] in CONTROLS if isinstance(values[0], str) else _is_old(values[0])):
        values.pop(0)
        if wanted.kind == COMBO and values and values[0] == "":
            values.pop(0)


def _is_old(value: Any) -> bool:
    return isinstance(value, bool)


def _checked(node: Node, wanted: InputSpec | None, value: Any) -> Any:
    """The value, when it is of the input's type: else the order of the values is another one."""
    if wanted is None or _is_of(wanted, value):
        return value
    raise CannotConvert(
        f"Node {node.id} ({node.type}): {str(value)[:40]!r} is no value for {wanted.name}, so its "
        "values do not fit what this server describes."
    )


def _is_of(wanted: InputSpec, value: Any) -> bool:
    if wanted.choices is not None and wanted.choices:
        kinds = tuple({type(choice) for choice in wanted.choices})
        return isinstance(value, kinds)
    match wanted.kind:
        case "INT" | "FLOAT":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "STRING" | "COMBO":
            return isinstance(value, str)
        case "BOOLEAN":
            return isinstance(value, bool)
    return True
