"""What a graph may be, and its identity."""

import math

import pytest

from comfy_bridge import graph
from comfy_bridge.errors import GraphRefused

SAVE = {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}
LOAD = {"class_type": "LoadImage", "inputs": {"image": "x.png"}}
GOOD = {"1": LOAD, "9": SAVE}


def test_a_sound_graph_passes() -> None:
    assert graph.check(GOOD) is GOOD


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (None, "not an API-format graph"),
        ([], "not an API-format graph"),
        ({}, "not an API-format graph"),
        ({"nodes": [], "links": []}, "no class_type"),
        ({"1": {"class_type": "LoadImage"}}, "no inputs"),
        (
            {"1": LOAD, "8": {"class_type": "ExecuteAnything", "inputs": {}}, "9": SAVE},
            "allow-list",
        ),
        ({"9": SAVE}, "leads to node 1: absent"),
        ({"1": LOAD}, "saves no picture"),
        ({"1": {**LOAD, "inputs": {"image": {"a": 1}}}, "9": SAVE}, "neither a link"),
        ({"1": {**LOAD, "inputs": {"image": ["1", 0, 2]}}, "9": SAVE}, "neither a link"),
        ({"1": {**LOAD, "inputs": {"image": math.nan}}, "9": SAVE}, "JSON cannot carry"),
        ({"1": {**LOAD, "inputs": {"image": "x" * 2_000_000}}, "9": SAVE}, "bytes"),
        ({str(n): LOAD for n in range(501)}, "501 nodes"),
    ],
)
def test_a_fault_is_named(bad: object, words: str) -> None:
    with pytest.raises(GraphRefused, match=words):
        graph.check(bad)


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    turned = {"9": dict(reversed(SAVE.items())), "1": LOAD}
    assert graph.graph_hash(GOOD) == graph.graph_hash(turned)
    assert graph.graph_hash(GOOD) != graph.graph_hash({**GOOD, "1": {**LOAD, "_meta": {}}})
