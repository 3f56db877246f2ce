"""How a graph reads its mask, so that the pictures that are sent carry it where it looks.

Pure. ComfyUI's LoadImage makes a mask of 1 - alpha; LoadImageMask reads one channel, and inverts
it when that is alpha. A mask of ours is grey, white where the picture is to change.
"""

from collections.abc import Sequence

from comfy_bridge.bindings import Binding
from comfy_bridge.graph import is_link
from comfy_bridge.requests import Graph

PICTURE, MASK = "source_image", "mask"
_MASK_OUTPUT = 1  # of LoadImage


def reads_mask(graph: Graph, bindings: Sequence[Binding]) -> bool:
    """Whether the graph has a way to read a mask at all."""
    return _place(bindings, MASK) is not None or in_alpha(graph, bindings)[PICTURE]


def is_one_picture(bindings: Sequence[Binding]) -> bool:
    """Whether picture and mask enter through the same input, as one RGBA picture."""
    return _place(bindings, MASK) == _place(bindings, PICTURE) is not None


def in_alpha(graph: Graph, bindings: Sequence[Binding]) -> dict[str, bool]:
    """Which of the two pictures have to carry 1 - mask as their alpha channel."""
    picture, mask = _place(bindings, PICTURE), _place(bindings, MASK)
    return {
        PICTURE: picture is not None and (picture == mask or _gives_mask(graph, picture[0])),
        MASK: mask is not None and not _reads_colour(graph, mask[0]),
    }


def _place(bindings: Sequence[Binding], name: str) -> tuple[str, str] | None:
    return next(((b.node, b.input) for b in bindings if b.name == name), None)


def _gives_mask(graph: Graph, node_id: str) -> bool:
    """Whether something of the graph is linked to a LoadImage's mask."""
    if graph[node_id]["class_type"] != "LoadImage":
        return False
    return any(
        is_link(value) and value == [node_id, _MASK_OUTPUT]
        for node in graph.values()
        for value in node["inputs"].values()
    )


def _reads_colour(graph: Graph, node_id: str) -> bool:
    node = graph[node_id]
    channel = node["inputs"].get("channel")
    return node["class_type"] == "LoadImageMask" and channel in ("red", "green", "blue")
