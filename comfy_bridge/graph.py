"""Pure checks and facts of an API-format graph: shape, links, node classes, outputs, hash."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from comfy_bridge.allowed import CORE
from comfy_bridge.errors import UnfitGraph
from comfy_bridge.requests import Graph

MAX_NODES = 500
MAX_BYTES = 1_000_000
MAX_NAME = 200
MAX_INT = 2**64
MAX_SAID = 20

OUTPUT_CLASSES = frozenset({"SaveImage"})
NO_GRAPH = "The workflow is not an API-format graph (node id, then class_type and inputs)."


def canonical(value: Any) -> bytes:
    """Sorted, compact JSON: equal values give equal bytes. NaN is refused (ValueError)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def graph_hash(graph: Graph) -> str:
    """SHA-256 (hex) of the canonical JSON of a graph."""
    return hashlib.sha256(canonical(graph)).hexdigest()


def is_link(value: Any) -> bool:
    """Whether an input's value is a link `[node id, output index]`."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and not isinstance(value[1], bool)
    )


def node_classes(graph: Graph) -> frozenset[str]:
    """The class names that a graph uses."""
    return frozenset(str(node["class_type"]) for node in graph.values())


def output_nodes(graph: Graph) -> tuple[str, ...]:
    """Ids of the nodes whose saved files count, in the order of the graph."""
    return tuple(key for key, node in graph.items() if node["class_type"] in OUTPUT_CLASSES)


def node_title(graph: Graph, node_id: str) -> str:
    """What a person calls a node: its title, else its class, else its id."""
    node = graph.get(node_id)
    if node is None:
        return node_id
    return _title(node) or str(node.get("class_type") or node_id)


def described(graph: Graph, node_id: str) -> str:
    """What a sentence calls a node: its id, and its class."""
    return f"Node {node_id} ({graph[node_id]['class_type']})"


def faults(graph: Any, allowed: Collection[str] = CORE) -> list[str]:
    """One sentence per fault of a graph; an empty list means that it may be sent."""
    if not isinstance(graph, dict) or not graph:
        return [NO_GRAPH]
    if len(graph) > MAX_NODES:
        return [f"The workflow has {len(graph)} nodes; at most {MAX_NODES} are allowed."]
    found = [fault for key, node in graph.items() for fault in _shape_faults(key, node)]
    if found:
        return found
    for key, node in graph.items():
        if node["class_type"] not in allowed:
            found.append(
                f"{described(graph, key)} is not on the allow-list of node classes. "
                "An operator can add it (COMFYUI_NODE_CLASSES)."
            )
        found += _input_faults(graph, key)
    if circle := _circle(graph):
        way = " → ".join([*circle, circle[0]])
        found.append(f"{described(graph, circle[0])} waits for itself: {way}.")
    if not found and not output_nodes(graph):
        found.append(_no_output(graph))
    return found


def _shape_faults(key: Any, node: Any) -> list[str]:
    if not _is_word(key):
        return [f"A node's id is a short word; {str(key)[:40]!r} is none."]
    if not isinstance(node, dict) or not _is_word(node.get("class_type")):
        return [f"Node {key} has no class_type."]
    if not isinstance(node.get("inputs"), dict):
        return [f"Node {key} ({node['class_type']}) has no inputs."]
    if not all(_is_word(name) for name in node["inputs"]):
        return [f"Node {key} ({node['class_type']}) has an input without a proper name."]
    return []


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and value.isprintable()


def _input_faults(graph: Graph, key: str) -> list[str]:
    found = []
    for name, value in graph[key]["inputs"].items():
        if is_link(value):
            if value[0] not in graph:
                found.append(
                    f"{described(graph, key)}: its input {name} leads to node {value[0][:40]}, "
                    "which is not there."
                )
            elif value[1] < 0:
                found.append(f"{described(graph, key)}: its input {name} is no link to an output.")
        elif value is not None and not isinstance(value, str | int | float | bool):
            found.append(
                f"{described(graph, key)}: its input {name} is neither a link nor a plain value."
            )
        elif isinstance(value, int) and abs(value) > MAX_INT:
            found.append(f"{described(graph, key)}: its input {name} is too large a number.")
        elif isinstance(value, str) and not is_storable(value):
            found.append(f"{described(graph, key)}: its input {name} has unreadable characters.")
    return found


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, no half of a surrogate pair."""
    return not any(c == "\0" or 0xD800 <= ord(c) <= 0xDFFF for c in text)


def links_of(graph: Graph, key: str) -> list[tuple[str, str, int]]:
    """The links into a node that lead somewhere: input name, source node, output index."""
    values = graph[key]["inputs"].items()
    return [(name, v[0], v[1]) for name, v in values if is_link(v) and v[0] in graph]


def _circle(graph: Graph) -> list[str]:
    """Nodes that wait for each other, in the order of the waiting; empty when there are none."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        on_path: set[str] = set()
        todo = [(start, False)]
        while todo:
            key, is_left = todo.pop()
            if is_left:
                on_path.discard(path.pop())
                done.add(key)
            elif key in on_path:
                return path[path.index(key) :]
            elif key not in done:
                path.append(key)
                on_path.add(key)
                todo.append((key, True))
                todo += [(source, False) for _, source, _ in links_of(graph, key)]
    return []


def _no_output(graph: Graph) -> str:
    linked = {source for key in graph for _, source, _ in links_of(graph, key)}
    ends = [described(graph, key) for key in graph if key not in linked]
    return (
        "The workflow saves no still picture: it has no SaveImage node. "
        f"It ends at {', '.join(ends[:3])}, which keeps none."
    )


def check(graph: Any, allowed: Collection[str] = CORE) -> Graph:
    """The graph itself when it may be sent; raises UnfitGraph with every fault named."""
    reasons = faults(graph, allowed)
    if reasons:
        raise UnfitGraph(" ".join(reasons[:3]), reasons=reasons[:MAX_SAID])
    try:
        size = len(canonical(graph))
    except (ValueError, TypeError, RecursionError) as error:
        raise UnfitGraph("The workflow holds a value that JSON cannot carry.") from error
    if size > MAX_BYTES:
        raise UnfitGraph(f"The workflow has {size} bytes; at most {MAX_BYTES} are allowed.")
    checked: Graph = graph
    return checked


def tidy(graph: Graph) -> Graph:
    """A checked graph with nothing in it but classes, inputs and titles."""
    tidied: Graph = {}
    for key, node in graph.items():
        tidied[key] = {"class_type": node["class_type"], "inputs": node["inputs"]}
        title = _title(node)
        if title:
            tidied[key]["_meta"] = {"title": title}
    return tidied


def _title(node: dict[str, Any]) -> str:
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, dict) else None
    return title[:MAX_NAME] if isinstance(title, str) and title.isprintable() else ""
