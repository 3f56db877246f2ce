"""Every built-in graph is the stored one, and fits what a real server says of its nodes."""

import json

import pytest

from comfy_bridge import declaring
from comfy_bridge.descriptions import read_descriptions
from comfy_bridge.detecting import detect
from comfy_bridge.graph import node_classes, output_nodes
from comfy_bridge.recipes import Recipe, built_in
from comfy_bridge.validating import problems
from tests.fakes.replay import DATA

EACH = pytest.mark.parametrize("recipe", built_in(), ids=lambda recipe: recipe.name)
OBJECT_INFO = json.loads((DATA / "object_info_subset.json").read_text())
MODEL_FILES = {
    "flux1-dev.safetensors": ("UNETLoader", "unet_name"),
    "flux1-fill-dev.safetensors": ("UNETLoader", "unet_name"),
    "t5xxl_fp16.safetensors": ("DualCLIPLoader", "clip_name1"),
    "clip_l.safetensors": ("DualCLIPLoader", "clip_name2"),
    "ae.safetensors": ("VAELoader", "vae_name"),
}


@EACH
def test_the_graph_is_the_stored_one(recipe: Recipe) -> None:
    golden = json.loads((DATA / "golden" / f"{recipe.name}.json").read_text())
    assert recipe.graph == golden


@EACH
def test_a_real_server_takes_it_once_it_has_the_models(recipe: Recipe) -> None:
    info = json.loads(json.dumps(OBJECT_INFO))
    info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] = ["any.safetensors"]
    for name, (kind, key) in MODEL_FILES.items():
        info[kind]["input"]["required"][key][0].append(name)
    known = read_descriptions(info, node_classes(recipe.graph))
    assert problems(recipe.graph, recipe.bindings, output_nodes(recipe.graph), known) == []


@EACH
def test_without_them_it_lacks_models_and_nothing_else(recipe: Recipe) -> None:
    known = read_descriptions(OBJECT_INFO, node_classes(recipe.graph))
    found = problems(recipe.graph, recipe.bindings, output_nodes(recipe.graph), known)
    assert {problem.code for problem in found} <= {"missing_model"}


@EACH
def test_its_bindings_obey_the_rules_for_uploads(recipe: Recipe) -> None:
    assert declaring.faults(recipe.graph, recipe.bindings, recipe.kind) == []


@EACH
def test_an_upload_of_the_graph_would_find_its_bindings(recipe: Recipe) -> None:
    found = {(b.name, b.node, b.input, b.type) for b in detect(recipe.graph).bindings}
    mine = {(b.name, b.node, b.input, b.type) for b in recipe.bindings if b.seed_map is None}
    assert detect(recipe.graph).kind == recipe.kind
    # An image of one colour has a size that only the recipe knows to be the picture's.
    sides = {one for one in mine if recipe.graph[one[1]]["class_type"] == "EmptyImage"}
    assert mine - sides <= found


def test_flux_names_several_models_by_bindings_of_their_own() -> None:
    flux = next(recipe for recipe in built_in() if recipe.name == "flux_img2img")
    models = {binding.name for binding in flux.bindings if binding.type == "model"}
    assert models == {"unet_name", "clip_name1", "clip_name2", "vae_name"}
