"""Pure checks and facts of an API-format graph: shape, links, node classes, outputs, hash."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from comfy_bridge.errors import GraphRefused
from comfy_bridge.requests import Graph

MAX_NODES = 500
MAX_BYTES = 1_000_000

# Core classes of ComfyUI that read only our uploads and the server's models and write only to its
# output folder. Anything else needs an admin's decision (security.md: "ComfyUI is not trusted").
ALLOWED_CLASSES = frozenset(
    {
        "CheckpointLoaderSimple",
        "CLIPTextEncode",
        "EmptyImage",
        "EmptyLatentImage",
        "ImageBlend",
        "ImageBlur",
        "ImageCompositeMasked",
        "ImageInvert",
        "ImageScale",
        "ImageSharpen",
        "InpaintModelConditioning",
        "KSampler",
        "LoadImage",
        "LoadImageMask",
        "PreviewImage",
        "SaveImage",
        "SetLatentNoiseMask",
        "VAEDecode",
        "VAEEncode",
        "VAEEncodeForInpaint",
    }
)
OUTPUT_CLASSES = frozenset({"SaveImage"})


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
    title = node.get("_meta", {}).get("title")
    return str(title or node.get("class_type") or node_id)


def faults(graph: Any, allowed: Collection[str] = ALLOWED_CLASSES) -> list[str]:
    """One sentence per fault of a graph; an empty list means that it may be sent."""
    if not isinstance(graph, dict) or not graph:
        return ["The workflow is not an API-format graph (node id, then class_type and inputs)."]
    if len(graph) > MAX_NODES:
        return [f"The workflow has {len(graph)} nodes; at most {MAX_NODES} are allowed."]
    found = []
    for key, node in graph.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            found.append(f"Node {key} has no class_type.")
            continue
        if not isinstance(node.get("inputs"), dict):
            found.append(f"Node {key} has no inputs.")
            continue
        if node["class_type"] not in allowed:
            found.append(f"Node {key} is a {node['class_type']}, which is not on the allow-list.")
        found += _input_faults(graph, key, node["inputs"])
    if not found and not output_nodes(graph):
        found.append("The workflow saves no picture: it has no SaveImage node.")
    return found


def _input_faults(graph: dict[str, Any], key: str, inputs: dict[str, Any]) -> list[str]:
    found = []
    for name, value in inputs.items():
        if is_link(value):
            if value[0] not in graph:
                found.append(f"Input {name} of node {key} leads to node {value[0]}: absent.")
        elif value is not None and not isinstance(value, str | int | float | bool):
            found.append(f"Input {name} of node {key} is neither a link nor a plain value.")
    return found


def check(graph: Any, allowed: Collection[str] = ALLOWED_CLASSES) -> Graph:
    """The graph itself when it may be sent; raises GraphRefused with every fault named."""
    reasons = faults(graph, allowed)
    if reasons:
        raise GraphRefused(" ".join(reasons[:3]), reasons=reasons)
    try:
        size = len(canonical(graph))
    except (ValueError, TypeError) as error:
        raise GraphRefused("The workflow holds a value that JSON cannot carry.") from error
    if size > MAX_BYTES:
        raise GraphRefused(f"The workflow has {size} bytes; at most {MAX_BYTES} are allowed.")
    checked: Graph = graph
    return checked
