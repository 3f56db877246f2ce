"""A workflow held against a real server's descriptions: every problem is named, and only those."""

import copy
import json
import math
import re
from typing import Any

import pytest

from comfy_bridge.descriptions import fits, read_descriptions
from comfy_bridge.detecting import detect
from comfy_bridge.errors import HostileAnswer
from comfy_bridge.graph import node_classes, output_nodes
from comfy_bridge.validating import is_valid, problems
from comfy_bridge.workflow_shapes import ProblemJson, problem_json
from tests.comfy_bridge.test_detecting import recorded
from tests.fakes.replay import DATA

OBJECT_INFO = json.loads((DATA / "object_info_subset.json").read_text())


def found(graph: dict[str, Any], info: dict[str, Any] | None = None) -> list[ProblemJson]:
    known = read_descriptions(info or OBJECT_INFO, node_classes(graph))
    told = problems(graph, detect(graph).bindings, output_nodes(graph), known)
    return [problem_json(problem) for problem in told]


def sound() -> dict[str, Any]:
    return recorded("sd15_img2img")


@pytest.mark.parametrize("name", ["sd15_img2img", "img2img_modelfree", "inpaint_separate_mask"])
def test_what_a_real_server_ran_has_no_problem(name: str) -> None:
    assert found(recorded(name)) == []


@pytest.mark.parametrize(
    ("node", "name", "value", "code", "words"),
    [
        ("7", "steps", 0, "value_too_small", "it is at least 1"),
        ("7", "steps", 20_000, "value_too_big", "it is at most 10000"),
        ("7", "cfg", "warm", "wrong_type", "it takes a number"),
        ("7", "seed", None, "wrong_type", "it takes a whole number"),
        ("7", "sampler_name", "magic", "value_not_in_list", "It may be euler, euler_cfg_pp"),
        ("1", "ckpt_name", "x.safetensors", "missing_model", "no model file 'x.safetensors'"),
        ("7", "model", ["1", 2], "bad_link_type", "takes MODEL, and Node 1 .* gives VAE"),
        ("7", "model", ["1", 9], "bad_link", "wants output 9 .*, which has 3"),
        ("7", "model", ["404", 0], "bad_link", "node 404, which is not there"),
        ("7", "sampler_name", 5, "value_not_in_list", "cannot be 5"),
    ],
)
def test_a_problem_is_named(node: str, name: str, value: Any, code: str, words: str) -> None:
    graph = sound()
    graph[node]["inputs"][name] = value
    [told] = found(graph)
    assert (told["code"], told["node"], told["input"]) == (code, node, name)
    assert told["severity"] == "error"
    assert re.search(words, told["detail"])


def test_a_missing_model_tells_what_is_there() -> None:
    graph = sound()
    graph["1"]["inputs"]["ckpt_name"] = "x.safetensors"
    [told] = found(graph)
    assert told["available"] == ["random_sd15_full.safetensors", "random_sd15_small.safetensors"]


def test_an_open_model_is_no_problem_where_there_is_one_to_take() -> None:
    graph = sound()
    graph["1"]["inputs"]["ckpt_name"] = ""
    assert [told["code"] for told in found(graph)] == ["missing_model"]
    info = copy.deepcopy(OBJECT_INFO)
    info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] = ["only.safetensors"]
    assert found(graph, info) == []


def test_a_missing_node_a_missing_input_and_an_unknown_one_are_told_at_once() -> None:
    graph = sound()
    del graph["7"]["inputs"]["denoise"]
    graph["7"]["inputs"]["denoising"] = 1.0
    info = {name: spec for name, spec in OBJECT_INFO.items() if name != "ImageScale"}
    told = {(one["code"], one["node"], one["severity"]) for one in found(graph, info)}
    assert told == {
        ("missing_node", "5", "error"),
        ("missing_input", "7", "error"),
        ("unknown_input", "7", "warning"),
    }


def test_what_no_saved_picture_depends_on_is_a_warning() -> None:
    graph = sound()
    graph["50"] = {"class_type": "EmptyImage", "inputs": {"width": 0}}
    known = read_descriptions(OBJECT_INFO, node_classes(graph))
    told = problems(graph, (), output_nodes(graph), known)
    assert {problem.severity for problem in told if problem.node == "50"} == {"warning"}


def test_values_are_taken_as_the_server_takes_them() -> None:
    graph = sound()
    graph["7"]["inputs"] |= {"steps": "32", "cfg": 7, "seed": 2**64 - 1}
    assert found(graph) == []


def test_the_studios_own_places_are_not_held_against_the_servers_files() -> None:
    graph = sound()
    graph["4"]["inputs"]["image"] = "nowhere.png"
    assert found(graph) == []


def test_both_shapes_of_a_choice_are_read() -> None:
    graph = recorded("img2img_modelfree")
    graph["2"]["inputs"]["upscale_method"] = "magic"
    [told] = found(graph)
    assert told["code"] == "value_not_in_list"


@pytest.mark.parametrize(
    ("given", "wanted", "fit"),
    [
        ("IMAGE", "IMAGE", True),
        ("IMAGE", "MASK", False),
        ("*", "MASK", True),
        ("INT", "FLOAT,INT", True),
        ("COMFY_MATCHTYPE_V3", "IMAGE", True),
    ],
)
def test_types_fit_as_in_comfyui(given: str, wanted: str, fit: bool) -> None:
    assert fits(given, wanted) is fit


@pytest.mark.parametrize(
    "odd", [None, 7, [], {"KSampler": 5}, {"KSampler": []}, {str(n): {} for n in range(20_001)}]
)
def test_an_unreadable_server_is_hostile(odd: Any) -> None:
    with pytest.raises(HostileAnswer):
        read_descriptions(odd, ["KSampler"])


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"input": 5, "output": 5},
        {"input": {"required": [], "optional": {"a": None, "b": [], "c": [5], "d": ["INT", 5]}}},
        {"input": {"required": {"a": [["x", {}, None], 3]}}, "output": [["x"], 5, None]},
        {"input": {"required": {"a": ["INT", {"min": "x", "max": []}]}}, "display_name": 5},
        {"input": {"required": {"a": ["INT", {"min": math.inf, "max": math.nan}]}}},
        {"input": {"required": {"a": ["\ud800"], "\ud800": ["INT"], "b": [["\ud800"]]}}},
    ],
)
def test_an_odd_description_breaks_nothing(odd: Any) -> None:
    graph = {
        "1": {"class_type": "Odd", "inputs": {"a": 1, "b": "x", "c": ["2", 0], "d": None}},
        "2": {"class_type": "Odd", "inputs": {"a": ["1", 0]}},
    }
    known = read_descriptions({"Odd": odd}, ["Odd"])
    told = problems(graph, (), ("1",), known)
    assert isinstance(is_valid(told), bool)
    said = json.dumps([problem_json(one) for one in told], ensure_ascii=False, allow_nan=False)
    assert said.encode()
