"""What a graph needs against what a server has, by name."""

import json
from typing import Any

import pytest

from comfy_bridge.catalog import (
    Catalog,
    ModelNeed,
    choices,
    chosen_model,
    missing,
    needs_of,
    read_object_info,
    stored_catalog,
)
from comfy_bridge.errors import HostileAnswer, MissingModel, MissingNode
from tests.fakes.replay import DATA

OBJECT_INFO = json.loads((DATA / "object_info_subset.json").read_text())
CHECKPOINT = ModelNeed("CheckpointLoaderSimple", "ckpt_name")


def catalog(*names: str) -> Catalog:
    return Catalog(frozenset({"CheckpointLoaderSimple"}), {CHECKPOINT.key: names})


def test_both_shapes_of_a_choice_are_read() -> None:
    assert choices([["a", "b"], {}]) == ("a", "b")
    assert choices(["COMBO", {"options": ["a", "b"]}]) == ("a", "b")


@pytest.mark.parametrize("spec", [None, [], ["INT", {}], ["COMBO"], ["COMBO", {"options": 5}], {}])
def test_anything_else_is_no_choice(spec: Any) -> None:
    assert choices(spec) == ()


def test_a_real_servers_models_are_found_and_survive_storing() -> None:
    read = read_object_info(OBJECT_INFO)
    names = ("random_sd15_full.safetensors", "random_sd15_small.safetensors")
    assert read.models[CHECKPOINT.key] == names
    assert stored_catalog(json.loads(json.dumps(read.as_json()))) == read


def test_missing_nodes_and_models_are_named() -> None:
    graph = {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "x.safetensors"}},
        "2": {"class_type": "Dream", "inputs": {}},
    }
    found = missing(needs_of(graph), read_object_info(OBJECT_INFO))
    assert [type(fault) for fault in found] == [MissingNode, MissingModel]
    assert "Dream" in found[0].sentence
    assert "x.safetensors" in found[1].sentence


@pytest.mark.parametrize("answer", [None, [], "x", {str(n): {} for n in range(20_001)}])
def test_a_list_of_nodes_that_is_none_is_hostile(answer: Any) -> None:
    with pytest.raises(HostileAnswer):
        read_object_info(answer)


@pytest.mark.parametrize("described", [None, 7, {}, {"input": 5}, {"input": {"required": []}}])
def test_a_strange_node_is_known_by_name_only(described: Any) -> None:
    assert read_object_info({"Odd": described}) == Catalog(frozenset({"Odd"}), {})


def test_the_only_checkpoint_is_taken() -> None:
    assert chosen_model(CHECKPOINT, catalog("a.safetensors")) == "a.safetensors"


def test_a_named_checkpoint_is_taken() -> None:
    assert chosen_model(CHECKPOINT, catalog("a", "b"), "b") == "b"


@pytest.mark.parametrize(
    ("names", "named", "words"),
    [
        (("a", "b"), "", "name one of a, b"),
        ((), "", "has no checkpoint"),
        (("a",), "b", "no model file b"),
    ],
)
def test_it_never_silently_takes_the_first(names: tuple[str, ...], named: str, words: str) -> None:
    with pytest.raises(MissingModel, match=words):
        chosen_model(CHECKPOINT, catalog(*names), named)


def test_a_model_input_that_lists_no_files_takes_any_name() -> None:
    described = {"Up": {"input": {"required": {"model_name": ["STRING", {}]}}}}
    read = read_object_info(described)
    need = ModelNeed("Up", "model_name", "x4.pth")
    assert (
        missing(needs_of({"1": {"class_type": "Up", "inputs": {"model_name": "x4.pth"}}}), read)
        == []
    )
    assert chosen_model(need, read) == "x4.pth"


def test_what_has_to_be_named_is_told_with_its_input_and_what_there_is() -> None:
    need = ModelNeed("VAELoader", "vae_name")
    names = tuple(f"v{number:02}.safetensors" for number in range(12))
    with pytest.raises(MissingModel, match=r"12 files for vae_name of VAELoader.* and 2 more"):
        chosen_model(need, Catalog(frozenset({"VAELoader"}), {need.key: names}))
