"""Every recorded refusal becomes a typed error with sentences and without paths."""

from typing import Any

import pytest

from comfy_bridge.errors import GraphRefused, MissingModel, MissingNode
from comfy_bridge.refusals import read_node_errors, read_refusal
from tests.fakes.replay import NEW, OLD, transcript

BOTH = pytest.mark.parametrize("version", [NEW, OLD])


def exchange(version: str, note: str) -> tuple[dict[str, Any], Any]:
    for event in transcript("10_prompt_errors", version):
        http = event.get("http", {})
        if http.get("note") == note:
            return http["request"]["json"]["prompt"], http["response"]["body"]
    raise LookupError(note)


def refusal(version: str, note: str) -> GraphRefused:
    graph, body = exchange(version, note)
    return read_refusal(body, graph)


@BOTH
def test_an_unknown_node_class_is_named(version: str) -> None:
    error = refusal(version, "unknown node class")
    assert isinstance(error, MissingNode)
    assert error.extra["node"] == "NoSuchNode"
    assert "NoSuchNode" in error.sentence


@BOTH
def test_a_checkpoint_that_is_not_there_is_named(version: str) -> None:
    error = refusal(version, "checkpoint not in list")
    assert isinstance(error, MissingModel)
    assert error.extra["model"] == "nope.safetensors"


@BOTH
@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("required inputs missing", "height is missing"),
        ("bad image file name", "Invalid image file: does_not_exist.png"),
        ("not in combo list", "upscale_method cannot be 'nope'"),
        ("value over max / not a number", "bigger than max"),
        ("type mismatch on a link", "mismatch"),
        ("link to a missing node", "could not read this node"),
        ("bad link length", "length-2 list"),
    ],
)
def test_each_fault_becomes_a_sentence(version: str, note: str, words: str) -> None:
    error = refusal(version, note)
    assert any(words in reason for reason in error.extra["reasons"])
    assert all(reason.endswith((".", "…")) for reason in error.extra["reasons"])
    assert error.permanent


@BOTH
@pytest.mark.parametrize("note", ["no output node", "empty prompt object"])
def test_a_refusal_without_node_errors_still_says_why(version: str, note: str) -> None:
    assert refusal(version, note).sentence.endswith("Prompt has no outputs.")


@BOTH
def test_a_dropped_branch_of_an_accepted_prompt_is_a_refusal_of_its_outputs(version: str) -> None:
    graph, body = exchange(version, "one good output, one bad: ACCEPTED, bad part silently dropped")
    assert read_node_errors(body["node_errors"], graph, ["8"]) is not None
    assert read_node_errors(body["node_errors"], graph, ["9"]) is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "no",
        {},
        {"error": "x"},
        {"error": {}, "node_errors": {"1": None, "2": {"errors": "x"}, "3": {"errors": [7]}}},
        {"error": {"type": "missing_node_type", "extra_info": {"class_type": ["x"]}}},
        {"error": {"message": {"a": 1}}, "node_errors": [1]},
    ],
)
def test_a_malformed_refusal_is_still_a_refusal(body: Any) -> None:
    error = read_refusal(body, {"1": {"class_type": "SaveImage", "inputs": {}}})
    assert isinstance(error, GraphRefused)
    assert error.sentence
