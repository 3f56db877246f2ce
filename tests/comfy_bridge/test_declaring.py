"""Rules for the bindings of an uploaded workflow, and what no binding may say."""

import re
from typing import Any

import pytest

from comfy_bridge import declaring
from comfy_bridge.bindings import Binding, from_json, to_json
from comfy_bridge.detecting import detect
from comfy_bridge.errors import BindingRefused
from tests.comfy_bridge.test_detecting import recorded

GRAPH = recorded("sd15_img2img")


def with_one(**changes: Any) -> list[Binding]:
    """The found bindings, and one more or one that is changed (by place)."""
    stored = to_json(detect(GRAPH).bindings)
    row = {"name": "extra", "node": "7", "input": "scheduler", "type": "text", **changes}
    rest = [one for one in stored if (one["node"], one["input"]) != (row["node"], row["input"])]
    return list(from_json([*rest, row]))


def told(**changes: Any) -> str:
    return " ".join(declaring.faults(GRAPH, with_one(**changes), "img2img"))


def test_one_more_value_may_be_bound() -> None:
    assert told() == ""
    assert told(type="choice", choices=["normal", "karras"]) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Extra value"}, "is no name"),
        ({"name": "a__in"}, "is no name"),
        ({"name": "x" * 41}, "is no name"),
        ({"name": "seed"}, "seed has to be of type int"),
        ({"name": "seed", "type": "int"}, "'normal'. seed must be a whole number"),
        ({"type": "image"}, "what is of type image is called source_image"),
        ({"name": "output_prefix", "type": "prefix"}, "no place for output_prefix"),
        ({"type": "choice"}, "a choice needs its words"),
        ({"type": "choice", "choices": ["karras"]}, "must be one of karras"),
        ({"type": "choice", "choices": ["normal", "a\0b"]}, "short words"),
        ({"input": "steps", "type": "int", "min": 9, "max": 3}, "least value is above"),
        ({"input": "steps", "type": "int", "min": 9}, "'4': extra must be at least 9"),
        ({"input": "nothing"}, "has no nothing"),
        ({"input": "model"}, "is a link between nodes"),
        ({"node": "4", "input": "image"}, "image of Node 4 .* is of type image or mask"),
        ({"name": "prompt"}, ""),
        (
            {"type": "text", "map": {"from": "seed", "scale": [0, 1]}},
            "only a number can be derived",
        ),
    ],
)
def test_a_fault_is_named(changes: dict[str, Any], words: str) -> None:
    assert re.search(words, told(**changes)), told(**changes)


def test_a_place_has_one_binding() -> None:
    twice = [*detect(GRAPH).bindings, Binding("other", "7", "steps", "int")]
    assert "bound to the same place" in " ".join(declaring.faults(GRAPH, twice, "img2img"))


def test_a_name_has_one_type() -> None:
    mixed = with_one(name="steps", input="cfg", type="float")
    assert "with two types" in " ".join(declaring.faults(GRAPH, mixed, "img2img"))


@pytest.mark.parametrize("name", ["source_image", "output_prefix"])
def test_pictures_and_prefixes_are_the_studios(name: str) -> None:
    rest = [one for one in detect(GRAPH).bindings if one.name != name]
    faults = " ".join(declaring.faults(GRAPH, rest, "txt2img"))
    assert "has to be bound" in faults


def test_a_kind_needs_its_picture() -> None:
    graph = recorded("sd15_txt2img_batch2")
    [fault] = declaring.faults(graph, detect(graph).bindings, "img2img")
    assert fault == "A workflow of kind img2img needs a binding source_image: none is there."


def test_a_picture_may_not_come_by_a_link() -> None:
    graph = {
        "t": {"class_type": "PrimitiveString", "inputs": {"value": "/etc/passwd"}},
        "1": {"class_type": "LoadImage", "inputs": {"image": ["t", 0]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }
    assert "may not come by a link" in " ".join(
        declaring.faults(graph, detect(graph).bindings, "txt2img")
    )


def test_too_many_are_refused() -> None:
    many = [Binding(f"b{n}", "7", "steps", "int") for n in range(101)]
    with pytest.raises(BindingRefused, match="at most 100"):
        declaring.check(GRAPH, many, "img2img")


@pytest.mark.parametrize(
    "odd",
    [
        {"min": 10**400},
        {"max": float("inf")},
        {"min": True},
        {"map": {"from": "seed", "scale": [0, 10**400]}},
        {"map": {"from": "seed", "scale": [0, float("inf")]}},
        {"map": {"from": "prompt", "scale": [0, 1]}},
        {"map": {"from": "seed", "scale": [1]}},
        {"map": 5},
        {"choices": 5},
        {"name": 5},
        {"node": ""},
        {"type": ["int"]},
    ],
    ids=str,
)
def test_an_odd_binding_is_refused(odd: dict[str, Any]) -> None:
    row = {"name": "a", "node": "7", "input": "steps", "type": "int"}
    with pytest.raises(BindingRefused):
        from_json([{**row, **odd}])
