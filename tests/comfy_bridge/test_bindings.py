"""Only declared scalars of the right type and range enter a graph."""

import json
import math
from copy import deepcopy

import pytest

from comfy_bridge.bindings import (
    MAX_TEXT,
    SEED_MAX,
    Binding,
    SeedMap,
    bind,
    faults,
    from_json,
    names,
    to_json,
)
from comfy_bridge.errors import BindingRefused

GRAPH = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
    "2": {"class_type": "KSampler", "inputs": {"seed": 1, "cfg": 5.0, "model": ["3", 0]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "a", "text": "", "mode": "m"}},
}
SEED = Binding("seed", "2", "seed", "int", 0, SEED_MAX)
CFG = Binding("cfg", "2", "cfg", "float", 0.0, 30.0)
TEXT = Binding("prompt", "9", "text", "text")
MODE = Binding("mode", "9", "mode", "choice", choices=("soft", "hard"))
IMAGE = Binding("source_image", "1", "image", "image")
PREFIX = Binding("output_prefix", "9", "filename_prefix", "prefix")
MODEL = Binding("checkpoint", "9", "mode", "model")


def bound(binding: Binding, value: object) -> object:
    graph = bind(GRAPH, [binding], {binding.name: value})  # type: ignore[dict-item]
    return graph[binding.node]["inputs"][binding.input]


@pytest.mark.parametrize(
    ("binding", "value"),
    [
        (SEED, 0),
        (SEED, SEED_MAX),
        (CFG, 7),
        (CFG, 7.5),
        (TEXT, 'a "quote", a {brace} and a [link, 0]\nand ünïcode'),
        (MODE, "soft"),
        (IMAGE, "likeness-studio/0a1b.png"),
        (PREFIX, "likeness-studio/5f3c/out"),
        (MODEL, "SD 1.5/dream (v2).safetensors"),
    ],
)
def test_a_fitting_value_arrives_unchanged(binding: Binding, value: object) -> None:
    assert bound(binding, value) == value


@pytest.mark.parametrize("binding", [SEED, CFG, TEXT, MODE, IMAGE, PREFIX, MODEL])
@pytest.mark.parametrize("value", [["3", 0], {"a": 1}, None, b"x", (1,), object()])
def test_a_list_or_object_never_enters(binding: Binding, value: object) -> None:
    if value is None and binding not in {IMAGE, PREFIX}:
        assert bind(GRAPH, [binding], {binding.name: value}) == GRAPH  # type: ignore[dict-item]
        return
    with pytest.raises(BindingRefused) as caught:
        bound(binding, value)
    assert caught.value.extra["field"] == binding.name


@pytest.mark.parametrize(
    ("binding", "value"),
    [
        (SEED, -1),
        (SEED, SEED_MAX + 1),
        (SEED, 10**400),
        (SEED, 1.0),
        (SEED, "1"),
        (SEED, True),
        (CFG, math.nan),
        (CFG, math.inf),
        (CFG, -math.inf),
        (CFG, 30.1),
        (CFG, False),
        (CFG, "5"),
        (TEXT, "x" * (MAX_TEXT + 1)),
        (TEXT, "a\x00b"),
        (TEXT, "a\ud800b"),
        (TEXT, 5),
        (MODE, "other"),
        (MODE, ""),
        (IMAGE, "../secret.png"),
        (IMAGE, "/etc/passwd"),
        (IMAGE, "a.png [output]"),
        (IMAGE, "a/../b.png"),
        (PREFIX, "../../evil"),
        (PREFIX, "%date%/x"),
        (PREFIX, ""),
        (MODEL, "../../x.safetensors"),
        (MODEL, "/abs/x.safetensors"),
        (MODEL, ""),
    ],
)
def test_anything_else_is_refused_and_says_which(binding: Binding, value: object) -> None:
    with pytest.raises(BindingRefused) as caught:
        bound(binding, value)
    assert caught.value.extra["field"] == binding.name


def test_an_undeclared_name_is_refused() -> None:
    with pytest.raises(BindingRefused, match="takes no filename_prefix"):
        bind(GRAPH, [SEED], {"filename_prefix": "x"})


def test_a_picture_that_was_not_given_is_asked_for() -> None:
    with pytest.raises(BindingRefused, match="needs source_image"):
        bind(GRAPH, [IMAGE], {})


def test_the_stored_graph_is_never_changed() -> None:
    before = deepcopy(GRAPH)
    bind(GRAPH, [SEED, TEXT], {"seed": 5, "prompt": "x"})
    assert before == GRAPH


def test_one_name_reaches_every_place_that_bears_it() -> None:
    graph = {
        "1": {"class_type": "X", "inputs": {"w": 1}},
        "2": {"class_type": "Y", "inputs": {"w": 1}},
    }
    bindings = [Binding("width", "1", "w", "int"), Binding("width", "2", "w", "int")]
    changed = bind(graph, bindings, {"width": 7})
    assert [node["inputs"]["w"] for node in changed.values()] == [7, 7]


def test_a_derived_value_comes_from_the_seed_alone() -> None:
    blend = Binding("blend", "2", "cfg", "float", 0, 1, seed_map=SeedMap(0.1, 0.3, salt=1))
    values = [bind(GRAPH, [blend], {"seed": s})["2"]["inputs"]["cfg"] for s in range(200)]
    assert values == [bind(GRAPH, [blend], {"seed": s})["2"]["inputs"]["cfg"] for s in range(200)]
    assert all(0.1 <= value <= 0.3 for value in values)
    assert len(set(values)) > 150
    assert names([blend]) == {"seed"}
    with pytest.raises(BindingRefused):
        bind(GRAPH, [blend], {"blend": 0.2})
    with pytest.raises(BindingRefused):
        bind(GRAPH, [blend], {"seed": ["3", 0]})  # type: ignore[dict-item]


def test_bindings_survive_their_stored_form() -> None:
    blend = Binding("blend", "2", "cfg", "float", 0, 1, seed_map=SeedMap(0.1, 0.3, salt=1))
    bindings = (SEED, CFG, TEXT, MODE, IMAGE, PREFIX, MODEL, blend)
    assert from_json(json.loads(json.dumps(to_json(bindings)))) == bindings


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        [1],
        [{}],
        [{"name": "a", "node": "1", "input": "x", "type": "link"}],
        [{"name": "", "node": "1", "input": "x", "type": "int"}],
        [{"name": "a", "node": 1, "input": "x", "type": "int"}],
        [{"name": "a", "node": "1", "input": "x", "type": "int", "min": "0"}],
        [{"name": "a", "node": "1", "input": "x", "type": "int", "map": {"from": "clock"}}],
        [{"name": "a", "node": "1", "input": "x", "type": "int", "map": {"from": "seed"}}],
    ],
)
def test_a_malformed_binding_is_refused(stored: object) -> None:
    with pytest.raises(BindingRefused):
        from_json(stored)


def test_a_binding_must_fit_its_graph() -> None:
    wrong = [
        Binding("a", "7", "x", "int"),
        Binding("b", "2", "nope", "int"),
        Binding("c", "2", "model", "model"),
    ]
    assert [fault.split(":")[0] for fault in faults(GRAPH, wrong)] == [
        "Binding a",
        "Binding b",
        "Binding c",
    ]
    assert faults(GRAPH, [SEED, TEXT, IMAGE]) == []
