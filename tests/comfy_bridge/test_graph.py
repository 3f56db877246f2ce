"""What a graph may be, and its identity."""

import math

import pytest

from comfy_bridge import graph
from comfy_bridge.allowed import allowed
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
        ({"9": SAVE}, "leads to node 1, which is not there"),
        ({"1": LOAD}, r"saves no still picture.*Node 1 \(LoadImage\)"),
        ({"1": {**LOAD, "inputs": {"image": {"a": 1}}}, "9": SAVE}, "neither a link"),
        ({"1": {**LOAD, "inputs": {"image": ["1", 0, 2]}}, "9": SAVE}, "neither a link"),
        ({"1": {**LOAD, "inputs": {"image": math.nan}}, "9": SAVE}, "JSON cannot carry"),
        ({"1": {**LOAD, "inputs": {"image": "x" * 2_000_000}}, "9": SAVE}, "bytes"),
        ({str(n): LOAD for n in range(501)}, "501 nodes"),
        ({"1": {**LOAD, "class_type": ["LoadImage"]}, "9": SAVE}, "Node 1 has no class_type"),
        ({"1": {**LOAD, "class_type": "x" * 999}, "9": SAVE}, "Node 1 has no class_type"),
        ({"": LOAD, "9": SAVE}, "id is a short word"),
        ({"1": {**LOAD, "inputs": {"": 1}}, "9": SAVE}, "without a proper name"),
        ({"1": {**LOAD, "inputs": {"image": "a\0b"}}, "9": SAVE}, "unreadable characters"),
        ({"1": {**LOAD, "inputs": {"image": "\ud800"}}, "9": SAVE}, "unreadable characters"),
        ({"1": LOAD, "9": {**SAVE, "inputs": {"images": ["1", -1]}}}, "no link to an output"),
        ({"9": {**SAVE, "inputs": {"images": ["9", 0]}}}, r"Node 9 \(SaveImage\) waits for itself"),
    ],
)
def test_a_fault_is_named(bad: object, words: str) -> None:
    with pytest.raises(GraphRefused, match=words):
        graph.check(bad)


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    turned = {"9": dict(reversed(SAVE.items())), "1": LOAD}
    assert graph.graph_hash(GOOD) == graph.graph_hash(turned)
    assert graph.graph_hash(GOOD) != graph.graph_hash({**GOOD, "1": {**LOAD, "_meta": {}}})


def test_nodes_that_wait_for_each_other_are_named_in_a_row() -> None:
    def scale(source: str) -> dict[str, object]:
        return {"class_type": "ImageScale", "inputs": {"image": [source, 0]}}

    circle = {"a": scale("c"), "b": scale("a"), "c": scale("b"), "9": SAVE, "1": scale("a")}
    with pytest.raises(GraphRefused, match="waits for itself: a → c → b → a"):
        graph.check(circle)


def test_a_long_chain_and_a_wide_graph_are_no_circle() -> None:
    chain = {str(n): {"class_type": "ImageInvert", "inputs": {"image": [str(n + 1), 0]}}
             for n in range(400)}  # fmt: skip
    assert graph.check({**chain, "400": LOAD, "s": {**SAVE, "inputs": {"images": ["0", 0]}}})


def test_only_classes_inputs_and_titles_are_kept() -> None:
    noisy = {
        "1": {**LOAD, "_meta": {"title": "Source", "x": {"deep": []}}, "is_changed": [1]},
        "9": {**SAVE, "_meta": "nothing"},
    }
    assert graph.tidy(noisy) == {"1": {**LOAD, "_meta": {"title": "Source"}}, "9": SAVE}


def test_an_operator_may_add_classes() -> None:
    from_outside = {"8": {"class_type": "IPAdapter (plus)", "inputs": {}}, **GOOD}
    assert graph.faults(from_outside, allowed(["IPAdapter (plus)"])) == []
