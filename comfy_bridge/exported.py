"""A workflow as ComfyUI's page saves it (nodes and links), read into plain facts. Pure.

It knows the file's shapes of version 0.4 (links are lists) and 1 (links are objects), and refuses
what it cannot be sure of: subgraphs, group nodes and anything malformed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comfy_bridge.errors import UnfitGraph
from comfy_bridge.graph import MAX_NODES
from comfy_bridge.reading import HOW_TO_EXPORT

MUTED, BYPASSED = 2, 4
# Nodes that only the page knows: they carry a link or a value on, or are notes.
REROUTE, PRIMITIVE = "Reroute", "PrimitiveNode"
NOTES = frozenset({"Note", "MarkdownNote"})
MAX_LINKS = 20 * MAX_NODES
MAX_SLOTS = 200
GROUP_MARKS = ("workflow>", "workflow/")


class CannotConvert(UnfitGraph):
    """The export cannot be converted with certainty; the sentence says what to do instead."""

    code = "workflow_not_converted"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} {HOW_TO_EXPORT}")


@dataclass(frozen=True)
class Slot:
    """An input of a node: its name and type, the link into it, the widget that it replaces."""

    name: str
    kind: str
    link: int | None = None
    widget: str = ""


@dataclass(frozen=True)
class Node:
    """One node of an export."""

    id: str
    type: str
    title: str
    mode: int
    inputs: tuple[Slot, ...]
    outputs: tuple[str, ...]
    widgets: tuple[Any, ...] = ()
    named_widgets: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_off(self) -> bool:
        return self.mode in (MUTED, BYPASSED)

    @property
    def is_virtual(self) -> bool:
        return self.type in NOTES or self.type in (REROUTE, PRIMITIVE)


@dataclass(frozen=True)
class Link:
    """From output `source_slot` of a node to input `target_slot` of another."""

    source: str
    source_slot: int
    target: str
    target_slot: int


@dataclass(frozen=True)
class Export:
    """The nodes by id, in the file's order, and the links by id."""

    nodes: Mapping[str, Node]
    links: Mapping[int, Link]


def read_export(document: dict[str, Any]) -> Export:
    """The facts of an export; raises CannotConvert."""
    nodes, links = document.get("nodes"), document.get("links")
    if not isinstance(nodes, list) or not isinstance(links, list):
        raise CannotConvert("The file has nodes and no list of links.")
    if len(nodes) > MAX_NODES or len(links) > MAX_LINKS:
        raise UnfitGraph(
            f"The workflow has {len(nodes)} nodes and {len(links)} links; at most {MAX_NODES} and "
            f"{MAX_LINKS} are allowed."
        )
    _refuse_subgraphs(document, nodes)
    read = [_node(item) for item in nodes]
    found = {node.id: node for node in read}
    if len(found) < len(read):
        raise CannotConvert("Two nodes of the file have the same id.")
    return Export(found, dict(_link(item) for item in links if item is not None))


def _refuse_subgraphs(document: dict[str, Any], nodes: list[Any]) -> None:
    definitions = document.get("definitions")
    subgraphs = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    ids = {
        str(one.get("id")): str(one.get("name") or one.get("id"))[:80]
        for one in (subgraphs if isinstance(subgraphs, list) else [])
        if isinstance(one, dict)
    }
    for item in nodes:
        kind = item.get("type") if isinstance(item, dict) else None
        if not isinstance(kind, str):
            continue
        if kind in ids:
            raise CannotConvert(f"Node {item.get('id')} is a subgraph ({ids[kind]}).")
        if kind.startswith(GROUP_MARKS):
            raise CannotConvert(f"Node {item.get('id')} is a group node ({kind[:80]}).")


def _node(item: Any) -> Node:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        raise CannotConvert("A node of the file has no type.")
    node_id = item.get("id")
    if isinstance(node_id, bool) or not isinstance(node_id, int | str):
        raise CannotConvert(f"A node of type {item['type'][:80]} has no id.")
    title = item.get("title")
    mode = item.get("mode", 0)
    widgets = item.get("widgets_values")
    return Node(
        id=str(node_id),
        type=item["type"],
        title=title if isinstance(title, str) else "",
        mode=mode if isinstance(mode, int) else 0,
        inputs=tuple(_slot(slot) for slot in _list(item.get("inputs"))),
        outputs=tuple(_kind(slot.get("type")) for slot in _list(item.get("outputs"))),
        widgets=tuple(widgets[:MAX_SLOTS]) if isinstance(widgets, list) else (),
        named_widgets=widgets if isinstance(widgets, dict) else {},
    )


def _list(slots: Any) -> list[dict[str, Any]]:
    found = slots[:MAX_SLOTS] if isinstance(slots, list) else []
    return [slot if isinstance(slot, dict) else {} for slot in found]


def _slot(slot: dict[str, Any]) -> Slot:
    widget = slot.get("widget")
    name = widget.get("name") if isinstance(widget, dict) else None
    link = slot.get("link")
    return Slot(
        name=str(slot.get("name", ""))[:MAX_SLOTS],
        kind=_kind(slot.get("type")),
        link=link if isinstance(link, int) and not isinstance(link, bool) else None,
        widget=name if isinstance(name, str) else "",
    )


def _kind(kind: Any) -> str:
    """The type of a slot; an old choice has the list of its words instead."""
    return kind if isinstance(kind, str) else "COMBO" if isinstance(kind, list) else "*"


def _link(item: Any) -> tuple[int, Link]:
    if isinstance(item, list) and len(item) >= 5:
        found = item[:5]
    elif isinstance(item, dict):
        names = ("id", "origin_id", "origin_slot", "target_id", "target_slot")
        found = [item.get(name) for name in names]
    else:
        raise CannotConvert("A link of the file is not readable.")
    number, source, source_slot, target, target_slot = found
    for one in (number, source_slot, target_slot):
        if isinstance(one, bool) or not isinstance(one, int):
            raise CannotConvert("A link of the file is not readable.")
    return number, Link(str(source), source_slot, str(target), target_slot)
